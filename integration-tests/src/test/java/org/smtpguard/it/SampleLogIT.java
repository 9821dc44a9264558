package org.smtpguard.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;
import static org.smtpguard.it.wire.WireScript.wireFrom;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.InstalledProgram;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.StartFailure;
import org.smtpguard.it.web.WebAdmin;
import org.smtpguard.it.wire.WireScript;

/** What an administrator reads in the log of a James whose {@code logback.xml} is James' sample, as it is. */
class SampleLogIT {
    private static final String LOG = "logs/sample.log";
    /** Nothing is flushed by itself: what comes, comes while the server runs. */
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int GUESSES = 6;
    private static final int MANY = 1000;

    @TempDir
    private static Path work;

    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = sample().editPort(Endpoint.SMTP, port -> port.replace("authFailures=\"5\"", "authFailures=\"0\"")
                .replace("errors=\"20\"", "errors=\"0\"")
                .replace("</mechanisms>", "</mechanisms><bruteForce><failureDelay>0s</failureDelay></bruteForce>"))
            .editPort(Endpoint.SUBMISSION, port -> port.replace("<mode>enforce</mode>", "<mode>observe</mode>"))
            .start();
    }

    private static JamesServer.Builder sample() {
        try (InputStream in = SampleLogIT.class.getResourceAsStream("/james-sample-logback.xml")) {
            return JamesServer.guarded().withConf("logback.xml", new String(in.readAllBytes(), UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void eachPortHasOneLineWithWhatItOffers() {
        assertThat(server.log().lines().filter(line -> line.contains("SMTP Guard ")).map(SampleLogIT::message)).containsExactlyInAnyOrder(
            "SMTP Guard 0.1.0: port 127.0.0.1:" + server.submission().getPort()
                + " observe, STARTTLS, AUTH PLAIN LOGIN (TLS only), backends apps (file, 2 users)",
            "SMTP Guard 0.1.0: port 127.0.0.1:" + server.smtps().getPort()
                + " enforce, TLS, AUTH PLAIN LOGIN (TLS only), backends apps (file, 2 users)",
            "SMTP Guard 0.1.0: port 127.0.0.1:" + server.smtp().getPort()
                + " enforce, no TLS, AUTH PLAIN LOGIN, backends apps (file, 2 users)");
    }

    @Test
    void refusalsAndFailedLogInsReachTheFileAndFail2ban() {
        try (WireScript wire = greeted(server.smtp())) {
            for (int guess = 0; guess < GUESSES; guess++) {
                wire.send("AUTH PLAIN " + plain("alice@localhost", "no-idea" + guess)).expect("535");
            }
            wire.send("DATA").expect("503");
        }
        await().atMost(SOON).untilAsserted(() -> assertThat(log())
            .containsPattern("\\[WARN ] o\\.s\\.REFUSAL - 503 SEQ-MAIL-MISSING refused DATA client=127\\.0\\.0\\.1 session=")
            .containsPattern("\\[INFO ] .*AUTHENTICATION - AUTH method PLAIN failed from alice@localhost@127\\.0\\.0\\.1: REFUSED"));
        assertThat(server.log()).contains("503 SEQ-MAIL-MISSING refused DATA");

        String found = InstalledProgram.of("fail2ban-regex").run(work, "--out", "ip", server.home().resolve(LOG).toString(),
            Path.of(System.getProperty("smtpguard.it.project"), "conf/fail2ban/filter.d/james-smtp-guard.conf").toAbsolutePath()
                + "[mode=normal]");
        assertThat(found.lines().filter("127.0.0.1"::equals)).hasSizeGreaterThanOrEqualTo(GUESSES);
    }

    @Test
    void whatObserveWouldRefuseReachesTheFile() {
        try (WireScript wire = greeted(server.submission())) {
            wire.send("DATA").expect("503");
        }
        await().atMost(SOON).untilAsserted(() ->
            assertThat(log()).containsPattern("\\[WARN ] o\\.s\\.REFUSAL - observed SEQ-MAIL-MISSING would refuse DATA client="));
    }

    @Test
    void aClientCannotFillTheLog() throws IOException {
        try (WireScript wire = wireFrom("127.9.9.9", server.smtp()).expect("220").send("EHLO client.example").expect("250")) {
            for (int i = 0; i < MANY; i++) {
                wire.send("RCPT TO:<bob@localhost>").expect("503");
            }
        }
        await().atMost(SOON).untilAsserted(() -> assertThat(log()).contains("client=127.9.9.9"));
        // 60 a minute, and a busy machine may need more than one.
        assertThat(log().lines().filter(line -> line.contains("client=127.9.9.9"))).hasSizeBetween(1, MANY - 1);
    }

    @Test
    void aChangeOfHealthThatOnlyTheHealthCheckSeesReachesTheFile() throws IOException {
        Path users = server.home().resolve("conf/smtp-users");
        Path away = Files.move(users, users.resolveSibling("smtp-users-away"));
        try {
            new WebAdmin(server.webAdmin()).get("/healthcheck/checks/smtp-guard", "application/json");
            await().atMost(SOON).untilAsserted(() -> assertThat(log()).contains("o.s.HEALTH - degraded backend=apps since="));
        } finally {
            Files.move(away, users);
        }
    }

    @Test
    void theStartErrorOfTheGuardIsTheLastThatIsLoggedAndPrinted() throws IOException {
        StartFailure failure = sample().editPort(Endpoint.SMTPS, port -> port.replace("<mode>enforce</mode>", "<mode>strict</mode>"))
            .failToStart();

        List<String> block = lastBlock(failure.log());
        assertThat(block).satisfiesExactly(
            line -> assertThat(line).startsWith("====="),
            line -> assertThat(line).isEqualTo("James SMTP Guard: James does not start, because its configuration is wrong."),
            line -> assertThat(line).isEmpty(),
            line -> assertThat(line).matches("  File     .*/conf/smtpserver\\.xml, line 1\\d\\d"),
            line -> assertThat(line).matches("  Port     127\\.0\\.0\\.1:\\d+ \\(smtpserver-tls\\)"),
            line -> assertThat(line).isEqualTo("  Element  <mode>"),
            line -> assertThat(line).isEqualTo("  Wrong    <mode> in <handler class=\"org.smtpguard.james.SequenceGuard\"> has \"strict\""),
            line -> assertThat(line).isEqualTo("  Fix      it can be enforce, observe or off."),
            line -> assertThat(line).startsWith("  Then     run bin/guard check conf/smtpserver.xml"),
            line -> assertThat(line).startsWith("====="));
        assertThat(failure.log().lines().filter("  Element  <mode>"::equals)).as("the console has it once").hasSize(1);
        Path home = Path.of(block.get(3).replaceFirst("^  File     ", "").replaceFirst("/conf/.*$", ""));
        String file = Files.readString(home.resolve(LOG), UTF_8);
        assertThat(lastBlock(file)).isEqualTo(block);
        assertThat(file).contains("Fatal error while starting James");
    }

    @Test
    void aMissingModuleIsNamedInPlainWords() {
        StartFailure failure = sample().withConf("extensions.properties", "").failToStart();

        assertThat(lastBlock(failure.log())).anyMatch(line -> line.matches("  File     .*/conf/extensions\\.properties"))
            .contains("  Element  guice.extension.module",
                "  Wrong    The line guice.extension.module=org.smtpguard.james.GuardModule is missing in extensions.properties",
                "  Fix      add it, or if there is such a line, append org.smtpguard.james.GuardModule to it after a comma.");
    }

    /** The last lines, from the rule at the beginning of a block to the one at its end. */
    private static List<String> lastBlock(String log) {
        List<String> lines = log.lines().collect(Collectors.toList());
        assertThat(lines.get(lines.size() - 1)).startsWith("=====");
        int begin = lines.subList(0, lines.size() - 1).lastIndexOf(lines.get(lines.size() - 1));
        return lines.subList(begin, lines.size());
    }

    private static String message(String line) {
        return line.substring(line.indexOf(" - ") + " - ".length());
    }

    private static String log() throws IOException {
        return Files.readString(server.home().resolve(LOG), UTF_8);
    }

    private static WireScript greeted(InetSocketAddress address) {
        return wire(address).expect("220").send("EHLO client.example").expect("250");
    }
}
