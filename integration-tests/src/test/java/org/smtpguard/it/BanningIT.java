package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.InstalledProgram;
import org.smtpguard.it.server.JamesHome;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.Ports;
import org.smtpguard.it.wire.WireScript;

/**
 * Whom fail2ban and CrowdSec ban by the logs of a James that stands behind a proxy: who guesses or knows no manners, by the address
 * that the proxy tells; not who was turned away by an outage, and not whose address somebody else has written into what he sent.
 */
class BanningIT {
    private static final String GUESSER = "203.0.113.7";
    private static final String GUESSER_BY_IPV6 = "2001:db8:0:0:0:0:0:7";
    private static final String RUDE = "203.0.113.8";
    private static final String HASTY = "203.0.113.9";
    private static final String BLOCKED = "203.0.113.11";
    private static final String UNLUCKY = "198.51.100.1";
    private static final String FRAMED = "198.51.100.66";
    private static final String FRAMER = "203.0.113.10";
    /** Enough for both tools: five are forgiven. */
    private static final int GUESSES = 7;
    /** More than any other client here has of different passwords. */
    private static final int FAILURES = 9;

    /** As James' own logback.xml has it, to the console and to a file, and with a date in front. */
    private static final String LOGBACK = "<configuration>%s"
        + "<appender name=\"CONSOLE\" class=\"ch.qos.logback.core.ConsoleAppender\">"
        + "<encoder><pattern>%%d{HH:mm:ss.SSS} [%%-5level] %%logger - %%msg%%n%%ex</pattern></encoder></appender>"
        + "<root level=\"WARN\">%s<appender-ref ref=\"CONSOLE\"/></root>"
        + "<logger name=\"org.apache.james\" level=\"INFO\"/><logger name=\"org.smtpguard\" level=\"INFO\"/></configuration>";
    private static final String APPENDER = "<appender name=\"%1$s\" class=\"ch.qos.logback.core.FileAppender\">"
        + "<file>${working.directory}/logs/%1$s.log</file><encoder><pattern>%2$s</pattern></encoder></appender>";
    private static final String CLOCK = "clock";
    private static final String COLOUR = "colour";
    private static final String DATE = "date";

    private static final String REFUSAL = "535 AUTH-CREDENTIALS refused AUTH client=" + FRAMED + " session=deadbeef";
    /** Log lines, whole ones and tails of them, for wherever a client may put a text of its own. */
    private static final List<String> FORGED = List.of(REFUSAL, "REFUSAL - " + REFUSAL, "[INFO ] o.s.REFUSAL - " + REFUSAL,
        "12:00:00.000 [INFO ] org.smtpguard.REFUSAL - " + REFUSAL, "x\n12:00:00.000 [INFO ] org.smtpguard.REFUSAL - " + REFUSAL + "\n",
        "x\r12:00:00.000 [INFO ] o.s.REFUSAL - " + REFUSAL + "\r");
    private static final Pattern OURS = Pattern.compile(
        "^\\S+ \\[(?:INFO|WARN) ] (org\\.smtpguard\\.|org\\.apache\\.james\\.protocols\\.smtp\\.AUTHENTICATION )");

    private static final Pattern CROWDSEC_ALERT = Pattern.compile("Ip (\\S+) performed '(\\S+?)'");

    @TempDir
    private static Path work;

    private static JamesServer server;

    @BeforeAll
    static void start() {
        JamesServer.assumeOnThisMachine("the server's logs are files of this machine");
        String appenders = String.format(Locale.ROOT, APPENDER, CLOCK, "%d{HH:mm:ss.SSS} [%-5level] %logger{15} - %msg%n%rEx")
            + String.format(Locale.ROOT, APPENDER, COLOUR, "%d{HH:mm:ss.SSS} %highlight([%-5level]) %logger{15} - %msg%n%rEx")
            + String.format(Locale.ROOT, APPENDER, DATE, "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} [%-5level] %logger - %msg%n%rEx");
        String references = List.of(CLOCK, COLOUR, DATE).stream().map(name -> "<appender-ref ref=\"" + name + "\"/>")
            .collect(Collectors.joining());
        server = JamesServer.guarded()
            .withConf("logback.xml", String.format(Locale.ROOT, LOGBACK, appenders, references))
            .editPort(Endpoint.SMTP, port -> behindProxy(port)
                .replace("<limits errors=\"20\" authFailures=\"5\" refusedRecipients=\"100\"/>",
                "<limits errors=\"3\" authFailures=\"0\"/>")
                .replace("</mechanisms>", "</mechanisms><bruteForce><perNetwork failures=\"" + FAILURES
                + "\"/><failureDelay>0s</failureDelay></bruteForce>"))
            .editPort(Endpoint.SUBMISSION, port -> behindProxy(port)
                .replace("<requireSSL>true</requireSSL>", "<requireSSL>false</requireSSL>")
                .replaceAll("(?s)<backend .*?</backend>", "<backend class=\"org.smtpguard.fixture.DownBackend\" name=\"down\"/>"))
            .start();
        talk();
    }

    private static String behindProxy(String port) {
        return port.replace("<helloName", "<proxyRequired>true</proxyRequired><helloName");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static void talk() {
        for (String guesser : List.of(GUESSER, GUESSER_BY_IPV6)) {
            try (WireScript wire = greeted(guesser, Endpoint.SMTP)) {
                for (int guesses = 0; guesses < GUESSES; guesses++) {
                    wire.send("AUTH PLAIN " + plain("alice@localhost", "no-idea" + guesses)).expect("535");
                }
                wire.send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("235");
            }
        }
        for (int visits = 0; visits < 2; visits++) {
            try (WireScript wire = greeted(RUDE, Endpoint.SMTP)) {
                wire.send("GET / HTTP/1.1").expect("500").send("Host: mail").expect("500").send("").expect("421");
            }
            try (WireScript wire = wire(server.smtp())) {
                wire.sendRaw(proxied(HASTY) + "EHLO client.example\r\n").expect("554");
            }
        }
        try (WireScript wire = greeted(UNLUCKY, Endpoint.SUBMISSION)) {
            for (int tries = 0; tries < GUESSES; tries++) {
                wire.send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("454");
            }
        }
        try (WireScript wire = greeted(BLOCKED, Endpoint.SMTP)) {
            for (int guesses = 0; guesses < FAILURES; guesses++) {
                wire.send("AUTH PLAIN " + plain("alice@localhost", "no-idea" + guesses)).expect("535");
            }
            wire.send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("454").expectInReply("AUTH-BLOCKED");
        }
        frame();
    }

    private static void frame() {
        for (String forged : FORGED) {
            for (int times = 0; times < GUESSES; times++) {
                try (WireScript wire = greeted(FRAMER, Endpoint.SMTP)) {
                    String line = forged.replace("\n", "\r");
                    wire.send("AUTH PLAIN " + WireScript.base64("\0" + forged + "\0no-idea")).expect("535")
                        .send("EHLO " + line).expect(line.contains("\r") || !JamesHome.current().isBefore(3, 9) ? "501" : "250")
                        .send("MAIL FROM:<" + line + "@localhost>").expect("501");
                }
            }
        }
    }

    private static WireScript greeted(String client, Endpoint endpoint) {
        WireScript wire = wire(endpoint == Endpoint.SMTP ? server.smtp() : server.submission());
        return wire.sendRaw(proxied(client)).expect("220").send("EHLO client.example").expect("250");
    }

    /** What HAProxy says first, version 1 of its protocol. */
    private static String proxied(String client) {
        return client.contains(":") ? "PROXY TCP6 " + client + " 2001:db8::1 40000 25\r\n"
            : "PROXY TCP4 " + client + " 192.0.2.1 40000 25\r\n";
    }

    @Test
    void aLineOfTheLogHasTheClientThatTheProxyTells() {
        assertThat(server.log())
            .containsPattern("org.smtpguard.REFUSAL - 535 AUTH-CREDENTIALS refused AUTH client=" + GUESSER + " session=[0-9a-f]{8}\n")
            .containsPattern("AUTH method PLAIN failed from alice@localhost@" + GUESSER + ": REFUSED \\(wrong password\\) by apps"
                + " \\[AUTH-CREDENTIALS] client=" + GUESSER + " session=[0-9a-f]{8}\n")
            .containsPattern("AUTH method PLAIN succeeded for alice@localhost by apps client=" + GUESSER + " session=[0-9a-f]{8}\n")
            .containsPattern("AUTH method PLAIN ended from alice@localhost@" + UNLUCKY + ": UNAVAILABLE \\(.*\\) by down"
                + " \\[AUTH-UNAVAILABLE] client=" + UNLUCKY + " session=[0-9a-f]{8}\n")
            .doesNotContainPattern("failed from [^\n]*@" + UNLUCKY);
    }

    @Test
    void noLineOfOursIsBrokenOrEndedByWhatAClientSends() throws IOException {
        String log = Files.readString(log(DATE), StandardCharsets.UTF_8);

        assertThat(log.split("\n")).filteredOn(line -> line.contains(FRAMED) && OURS.matcher(line).find())
            .hasSize((int) FORGED.stream().filter(BanningIT::canBeAName).count() * GUESSES)
            .allMatch(line -> line.matches(".* - AUTH method PLAIN failed from [ -~]*: UNKNOWN \\(no such user\\) by apps"
                + " \\[AUTH-CREDENTIALS] client=" + FRAMER + " session=[0-9a-f]{8}"));
    }

    /** A name with a control character is none (RFC 4013), and is not written down. */
    private static boolean canBeAName(String text) {
        return text.chars().noneMatch(Character::isISOControl);
    }

    @ParameterizedTest
    @ValueSource(strings = {CLOCK, COLOUR, DATE})
    void fail2banFindsThoseWhoGuess(String log) {
        assertThat(fail2ban(log, "normal")).containsExactlyInAnyOrder(FRAMER, GUESSER, "2001:db8::7", BLOCKED);
    }

    @ParameterizedTest
    @ValueSource(strings = {CLOCK, COLOUR, DATE})
    void fail2banFindsTheRudeToo(String log) {
        assertThat(fail2ban(log, "aggressive")).containsExactlyInAnyOrder(FRAMER, GUESSER, "2001:db8::7", BLOCKED, RUDE, HASTY);
    }

    @ParameterizedTest
    @ValueSource(strings = {CLOCK, COLOUR, DATE})
    void fail2banFindsTheNetworksThatTheGuardHasBlocked(String log) {
        assertThat(fail2ban(log, "blocks")).containsExactly(BLOCKED);
    }

    private static Set<String> fail2ban(String log, String mode) {
        String found = InstalledProgram.of("fail2ban-regex").run(work, "--out", "ip", log(log).toString(),
            conf("fail2ban/filter.d/james-smtp-guard.conf") + "[mode=" + mode + "]");
        return found.lines().filter(line -> !line.isBlank()).collect(Collectors.toCollection(TreeSet::new));
    }

    /** With its own local server, on loopback, and the parsers that every installation has. */
    @ParameterizedTest
    @ValueSource(strings = {CLOCK, COLOUR, DATE})
    void crowdsecRaisesAlarmForTheGuessersAndTheRude(String log) throws IOException {
        InstalledProgram crowdsec = InstalledProgram.of("crowdsec");
        InstalledProgram cscli = InstalledProgram.of("cscli");
        Path home = Files.createDirectory(work.resolve("crowdsec-" + log));
        String address = "127.0.0.1:" + Ports.one().getPort();
        String config = layOut(home, address).toString();
        cscli.run(home, "-c", config, "machines", "add", "tester", "-p", "for-this-test-alone", "-f",
            home.resolve("credentials.yaml").toString(), "-u", "http://" + address, "--force");
        String said = crowdsec.run(home, "-c", config, "-dsn", "file://" + log(log), "-type", "james");

        Set<String> alarms = CROWDSEC_ALERT.matcher(said).results().map(BanningIT::alarm).collect(Collectors.toSet());
        assertThat(alarms).as(said)
            .containsExactlyInAnyOrder(
                "smtpguard/james-smtp-guard-bf " + GUESSER,
                "smtpguard/james-smtp-guard-bf " + GUESSER_BY_IPV6,
                "smtpguard/james-smtp-guard-bf " + FRAMER,
                "smtpguard/james-smtp-guard-bf " + BLOCKED,
                "smtpguard/james-smtp-guard-blocked " + BLOCKED,
                "smtpguard/james-smtp-guard-abuse " + RUDE,
                "smtpguard/james-smtp-guard-abuse " + HASTY);
    }

    private static String alarm(MatchResult found) {
        return found.group(2) + " " + found.group(1);
    }

    /** As /etc/crowdsec, with nothing but ours and what hands our lines over. @return the configuration */
    private static Path layOut(Path home, String address) throws IOException {
        Path hub = Path.of("/usr/share/crowdsec/hub/parsers");
        copy(hub.resolve("s00-raw/crowdsecurity/syslog-logs.yaml"), home.resolve("parsers/s00-raw"));
        copy(hub.resolve("s02-enrich/crowdsecurity/dateparse-enrich.yaml"), home.resolve("parsers/s02-enrich"));
        copy(conf("crowdsec/parsers/s01-parse/james-smtp-guard.yaml"), home.resolve("parsers/s01-parse"));
        copy(conf("crowdsec/scenarios/james-smtp-guard-bf.yaml"), home.resolve("scenarios"));
        copy(conf("crowdsec/scenarios/james-smtp-guard-abuse.yaml"), home.resolve("scenarios"));
        copy(conf("crowdsec/scenarios/james-smtp-guard-blocked.yaml"), home.resolve("scenarios"));
        Files.createSymbolicLink(home.resolve("patterns"), Path.of("/etc/crowdsec/patterns"));
        for (String directory : List.of("postoverflows", "hub", "data", "plugins", "notifications")) {
            Files.createDirectories(home.resolve(directory));
        }
        Files.writeString(home.resolve("hub/.index.json"), "{\"parsers\":{},\"scenarios\":{},\"collections\":{},\"postoverflows\":{}}");
        Files.writeString(home.resolve("acquis.yaml"), "filenames: []\nlabels: {type: james}\n");
        Files.writeString(home.resolve("simulation.yaml"), "simulation: false\n");
        Files.writeString(home.resolve("profiles.yaml"), "name: nobody_is_banned\nfilters: [\"false\"]\non_success: break\n");
        return Files.writeString(home.resolve("config.yaml"), String.join("\n",
            "common: {daemonize: false, log_media: stdout, log_level: info}",
            "config_paths: {config_dir: HOME/, data_dir: HOME/data/, simulation_path: HOME/simulation.yaml, hub_dir: HOME/hub/,"
                + " index_path: HOME/hub/.index.json, plugin_dir: HOME/plugins, notification_dir: HOME/notifications}",
            "crowdsec_service: {acquisition_path: HOME/acquis.yaml, parser_routines: 1}",
            "cscli: {output: human}",
            "db_config: {type: sqlite, db_path: HOME/data/crowdsec.db, log_level: warning}",
            "prometheus: {enabled: false}",
            "api:",
            "  client: {insecure_skip_verify: false, credentials_path: HOME/credentials.yaml}",
            "  server: {log_level: warning, listen_uri: \"ADDRESS\", profiles_path: HOME/profiles.yaml}",
            "").replace("HOME", home.toString()).replace("ADDRESS", address));
    }

    private static void copy(Path file, Path directory) throws IOException {
        Files.copy(file, Files.createDirectories(directory).resolve(file.getFileName()));
    }

    private static Path conf(String file) {
        return Path.of(System.getProperty("smtpguard.it.project", "."), "conf", file).toAbsolutePath();
    }

    private static Path log(String name) {
        return server.home().resolve("logs").resolve(name + ".log");
    }
}
