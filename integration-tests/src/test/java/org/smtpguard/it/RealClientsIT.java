package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.smtpguard.it.client.MailClient;
import org.smtpguard.it.client.MailClient.Submission;
import org.smtpguard.it.server.ClientCertificate;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Mailbox;

/**
 * Clients of good will never notice the guard: all their messages arrive, and not one of their commands is refused.
 */
class RealClientsIT {
    /** Set where all clients are installed: a skip would hide that one of them is not. */
    private static final boolean ALL_INSTALLED = Boolean.parseBoolean(System.getenv("SMTPGUARD_ALL_CLIENTS"));
    /** Fewer on a contributor's machine, where it should not take minutes. */
    private static final int MESSAGES = Integer.getInteger("smtpguard.clients.messages", 10);
    /** How a log-in was done is seen from a few, too. */
    private static final int FEW = Math.min(MESSAGES, 20);
    /**
     * The password of both is "secret". A user has the keys of one mechanism, and 4096 is as few iterations as RFC 7677 allows: some
     * thousand log-ins are not to be a test of the processor.
     */
    private static final String USERS = "alice@localhost:{SCRAM-SHA-256}4096,c2l4dGVlbiBvY3RldHMhIQ==,"
        + "L2T3tKLqQuhM7qAAYkfGiQHSCvRt2YmYMGDrSuP5VQg=,Q3XEwu/0pT0Vva+V1nntqmsy3Pyx8ovUkVeuUZB0gVQ=\n"
        + "bob@localhost:{SCRAM-SHA-512}4096,c2l4dGVlbiBvY3RldHMhIQ==,"
        + "UpvxNjnJxZXROAC/46ymSDtMkknWhsOY9cglmjH+OmGmJO1IwA8BT9dfDuwKPNTVQE3VavlIFHeRt7mr+1tJ6g==,"
        + "f70v3N5YO8KXYZpgl1LLifK4BPU4D5qCPAmtcVk/aNNbhwp8WfelAvkJDA0yX24Bf6dIqr1dmgMNP7AXNwLRig==\n";
    private static final String MECHANISMS =
        "<mechanisms>SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-512 SCRAM-SHA-256 PLAIN LOGIN</mechanisms>";
    private static final List<String> RECIPIENTS = List.of("alice", "bob", "carol", "dave");
    private static final String REFUSAL = "org.smtpguard.REFUSAL";
    private static final String AUTHENTICATION = "org.apache.james.protocols.smtp.AUTHENTICATION";
    private static final String PLAIN = "PLAIN";
    private static final String LOGIN = "LOGIN";
    private static final String EXTERNAL = "EXTERNAL";
    private static final String SCRAM_256 = "SCRAM-SHA-256";
    private static final String SCRAM_512 = "SCRAM-SHA-512";
    private static final String WITHOUT_TLS = "without TLS";
    private static final String STARTTLS = "STARTTLS";
    private static final String TLS = "TLS from the first byte";
    /** Of another server: James wants a certificate of every client that comes there, or of none. */
    private static final String CERTIFICATE = "TLS with a certificate";
    private static final Map<String, Function<JamesServer, InetSocketAddress>> PORTS = Map.of(
        WITHOUT_TLS, JamesServer::smtp,
        STARTTLS, JamesServer::submission,
        TLS, JamesServer::smtps,
        CERTIFICATE, JamesServer::smtps);

    private static final List<Variant> VARIANTS = Stream.of(
            variants("swaks", WITHOUT_TLS, "plain", "pipelining"),
            logins("swaks", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("swaks", WITHOUT_TLS, LOGIN, "auth-login", "auth"),
            variants("swaks", STARTTLS, "starttls", "starttls-pipelining"),
            logins("swaks", STARTTLS, LOGIN, "starttls-auth"),
            variants("swaks", TLS, "tls"),
            variants("smtplib", WITHOUT_TLS, "plain"),
            logins("smtplib", WITHOUT_TLS, PLAIN, "auth-plain", "auth"),
            logins("smtplib", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("smtplib", STARTTLS, "starttls"),
            logins("smtplib", STARTTLS, PLAIN, "starttls-auth"),
            variants("smtplib", TLS, "tls"),
            logins("smtplib", TLS, PLAIN, "tls-auth"),
            logins("smtplib", CERTIFICATE, EXTERNAL, "tls-auth-external"),
            variants("nodemailer", WITHOUT_TLS, "plain"),
            logins("nodemailer", WITHOUT_TLS, PLAIN, "auth-plain", "auth"),
            logins("nodemailer", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("nodemailer", STARTTLS, "starttls"),
            logins("nodemailer", STARTTLS, PLAIN, "starttls-auth"),
            variants("nodemailer", TLS, "tls"),
            logins("nodemailer", TLS, PLAIN, "tls-auth"),
            variants("angus", WITHOUT_TLS, "plain"),
            logins("angus", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("angus", WITHOUT_TLS, LOGIN, "auth-login", "auth"),
            variants("angus", STARTTLS, "starttls"),
            logins("angus", STARTTLS, LOGIN, "starttls-auth"),
            variants("angus", TLS, "tls"),
            logins("angus", TLS, LOGIN, "tls-auth"),
            logins("angus", CERTIFICATE, EXTERNAL, "tls-auth-external"),
            variants("curl", WITHOUT_TLS, "plain"),
            logins("curl", WITHOUT_TLS, PLAIN, "auth-plain", "auth-plain-initial-response", "auth"),
            logins("curl", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("curl", STARTTLS, "starttls"),
            logins("curl", STARTTLS, PLAIN, "starttls-auth"),
            variants("curl", TLS, "tls"),
            logins("curl", TLS, PLAIN, "tls-auth"),
            logins("curl", CERTIFICATE, EXTERNAL, "tls-auth-external"),
            variants("msmtp", WITHOUT_TLS, "plain"),
            logins("msmtp", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("msmtp", WITHOUT_TLS, LOGIN, "auth-login"),
            logins("msmtp", WITHOUT_TLS, SCRAM_256, "auth-scram-sha-256", "auth"),
            variants("msmtp", STARTTLS, "starttls"),
            logins("msmtp", STARTTLS, PLAIN, "starttls-auth"),
            logins("msmtp", STARTTLS, SCRAM_256, "starttls-auth-scram-sha-256"),
            variants("msmtp", TLS, "tls"),
            logins("msmtp", TLS, PLAIN, "tls-auth"),
            logins("msmtp", TLS, SCRAM_256, "tls-auth-scram-sha-256"),
            logins("msmtp", CERTIFICATE, EXTERNAL, "tls-auth-external"),
            logins("gsasl", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("gsasl", WITHOUT_TLS, LOGIN, "auth-login"),
            logins("gsasl", WITHOUT_TLS, SCRAM_256, "auth-scram-sha-256", "auth"),
            variants("postfix", WITHOUT_TLS, "pipelining", "no-pipelining"),
            logins("postfix", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("postfix", WITHOUT_TLS, LOGIN, "auth-login"),
            logins("postfix", WITHOUT_TLS, SCRAM_256, "auth-scram-sha-256"),
            logins("postfix", WITHOUT_TLS, SCRAM_512, "auth-scram-sha-512"),
            variants("postfix", STARTTLS, "starttls"),
            logins("postfix", STARTTLS, PLAIN, "starttls-auth-plain"),
            logins("postfix", STARTTLS, SCRAM_512, "starttls-auth"),
            variants("postfix", TLS, "tls"),
            variants("exim4", WITHOUT_TLS, "plain"),
            logins("exim4", WITHOUT_TLS, PLAIN, "auth-plain", "auth"),
            logins("exim4", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("exim4", STARTTLS, "starttls"),
            logins("exim4", STARTTLS, PLAIN, "starttls-auth-plain"),
            variants("exim4", TLS, "tls"),
            logins("exim4", TLS, PLAIN, "tls-auth-plain"),
            variants("mutt", WITHOUT_TLS, "plain"),
            logins("mutt", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("mutt", WITHOUT_TLS, LOGIN, "auth-login"),
            logins("mutt", WITHOUT_TLS, SCRAM_256, "auth-scram-sha-256", "auth"),
            variants("mutt", STARTTLS, "starttls"),
            logins("mutt", STARTTLS, PLAIN, "starttls-auth-plain"),
            logins("mutt", STARTTLS, SCRAM_256, "starttls-auth-scram-sha-256"),
            variants("mutt", TLS, "tls"),
            logins("mutt", TLS, PLAIN, "tls-auth-plain"),
            logins("mutt", TLS, SCRAM_256, "tls-auth-scram-sha-256"),
            variants("s-nail", WITHOUT_TLS, "plain"),
            logins("s-nail", WITHOUT_TLS, PLAIN, "auth-plain", "auth"),
            logins("s-nail", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("s-nail", STARTTLS, "starttls"),
            logins("s-nail", STARTTLS, PLAIN, "starttls-auth"),
            variants("s-nail", TLS, "tls"),
            logins("s-nail", TLS, PLAIN, "tls-auth"),
            variants("mailutils", WITHOUT_TLS, "plain"),
            logins("mailutils", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("mailutils", WITHOUT_TLS, LOGIN, "auth-login", "auth"),
            logins("mailutils", WITHOUT_TLS, SCRAM_256, "auth-scram-sha-256"),
            variants("mailutils", STARTTLS, "starttls"),
            logins("mailutils", STARTTLS, PLAIN, "starttls-auth-plain"),
            variants("mailutils", TLS, "tls"),
            logins("mailutils", TLS, PLAIN, "tls-auth-plain"),
            variants("phpmailer", WITHOUT_TLS, "plain"),
            logins("phpmailer", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("phpmailer", WITHOUT_TLS, LOGIN, "auth-login", "auth"),
            variants("phpmailer", STARTTLS, "starttls"),
            logins("phpmailer", STARTTLS, LOGIN, "starttls-auth"),
            variants("phpmailer", TLS, "tls"),
            logins("phpmailer", TLS, LOGIN, "tls-auth"),
            variants("go", WITHOUT_TLS, "plain"),
            logins("go", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("go", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("go", STARTTLS, "starttls"),
            logins("go", STARTTLS, PLAIN, "starttls-auth-plain"),
            variants("go", TLS, "tls"),
            logins("go", TLS, PLAIN, "tls-auth-plain"),
            variants("perl", WITHOUT_TLS, "plain"),
            logins("perl", WITHOUT_TLS, PLAIN, "auth-plain", "auth"),
            logins("perl", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("perl", STARTTLS, "starttls"),
            logins("perl", STARTTLS, PLAIN, "starttls-auth"),
            variants("perl", TLS, "tls"),
            logins("perl", TLS, PLAIN, "tls-auth"),
            variants("ruby", WITHOUT_TLS, "plain"),
            logins("ruby", WITHOUT_TLS, PLAIN, "auth-plain", "auth"),
            logins("ruby", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("ruby", STARTTLS, "starttls"),
            logins("ruby", STARTTLS, PLAIN, "starttls-auth"),
            variants("ruby", TLS, "tls"),
            logins("ruby", TLS, PLAIN, "tls-auth"),
            variants("commons-net", WITHOUT_TLS, "plain"),
            logins("commons-net", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("commons-net", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("commons-net", STARTTLS, "starttls"),
            logins("commons-net", STARTTLS, PLAIN, "starttls-auth-plain"),
            variants("commons-net", TLS, "tls"),
            logins("commons-net", TLS, PLAIN, "tls-auth-plain"))
        .flatMap(Function.identity())
        .collect(Collectors.toList());
    private static final Map<String, Optional<String>> VERSIONS = new ConcurrentHashMap<>();

    private static final ClientCertificate ALICE = ClientCertificate.of("CN=client", "email:alice@localhost");

    private static JamesServer common;
    private static JamesServer certified;

    /** Servers of its own: what they log is what these clients did. */
    @BeforeAll
    static void start() {
        common = server().start();
        certified = server()
            .trusting(ALICE)
            .editPort(Endpoint.SMTPS, port -> port.replace(MECHANISMS, "<mechanisms>SCRAM-SHA-256 EXTERNAL PLAIN LOGIN</mechanisms>"))
            .start();
    }

    private static JamesServer.Builder server() {
        return JamesServer.guarded()
            .withConf("smtp-users", USERS)
            .editConf("smtpserver.xml", conf -> conf.replace("<mechanisms>PLAIN LOGIN</mechanisms>", MECHANISMS))
            .editConf("logback.xml", conf -> conf.replace("</configuration>",
                "<logger name=\"" + AUTHENTICATION + "\" level=\"DEBUG\"/></configuration>"));
    }

    @AfterAll
    static void stop() {
        common.close();
        certified.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("variants")
    void deliversAllAndIsNeverRefused(Variant variant) {
        Optional<String> version = VERSIONS.computeIfAbsent(variant.client, name -> MailClient.of(name).version());
        if (ALL_INSTALLED) {
            assertThat(version).as("the version of %s, which is to be installed here", variant.client).isPresent();
        }
        assumeTrue(version.isPresent(), () -> variant.client + " is not installed");
        JamesServer server = variant.port.equals(CERTIFICATE) ? certified : common;
        Mailbox inbox = Mailbox.of(variant.recipient(), server.imap());
        int known = inbox.count();
        int logged = server.log().length();
        long start = System.nanoTime();

        MailClient.of(variant.client).send(variant.name, PORTS.get(variant.port).apply(server),
            Submission.of(variant.user(), "secret", variant.recipient() + "@localhost", variant.toString(), variant.messages())
                .with(ALICE));
        List<String> subjects = inbox.awaitSubjects(known, variant.messages());

        assertThat(subjects).containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, variant.messages()).mapToObj(i -> variant + " " + i).collect(Collectors.toList()));
        String log = server.log().substring(logged);
        assertThat(log.lines().filter(line -> line.contains(REFUSAL))).isEmpty();
        assertThat(log.lines().filter(line -> line.contains("[ERROR]"))).isEmpty();
        assertThat(log.lines().filter(line -> line.contains(AUTHENTICATION))
            .map(line -> line.replaceAll(".* - ", "").replaceAll(" for .*", "")).distinct().collect(Collectors.toList()))
            .isEqualTo(variant.mechanism.map(name -> "AUTH method " + name + " succeeded").stream().collect(Collectors.toList()));
        System.out.printf(Locale.ROOT, "%-34s %-24s %d messages, 0 refusals, %.1f s, %s; %s%n", variant, variant.port, variant.messages(),
            (System.nanoTime() - start) / 1e9, variant.mechanism.orElse("no AUTH"), version.get());
    }

    /** What is claimed there has been seen here. */
    @Test
    void hasEachClientAndVariantOnItsPage() throws IOException {
        String page = page();

        assertThat(VARIANTS).allSatisfy(variant -> assertThat(page.lines())
            .anyMatch(line -> line.startsWith("| " + variant.client + " |") && line.contains("`" + variant.name + "`")));
    }

    /** A cell of that table has just those variants that log in so, or says no. */
    @Test
    void hasEachClientAndMechanismOnItsPage() throws IOException {
        List<List<String>> table = page().lines()
            .dropWhile(line -> !line.startsWith("| client | PLAIN |"))
            .takeWhile(line -> line.startsWith("|"))
            .map(line -> Arrays.asList(line.substring(2, line.length() - 2).split(" \\| ")))
            .collect(Collectors.toList());
        List<String> head = table.get(0);
        List<List<String>> rows = table.subList(2, table.size());

        assertThat(rows).extracting(row -> row.get(0)).containsExactlyElementsOf(
            VARIANTS.stream().map(variant -> variant.client).distinct().collect(Collectors.toList()));
        assertThat(head).containsAll(VARIANTS.stream().flatMap(variant -> variant.mechanism.stream()).collect(Collectors.toSet()));
        assertThat(rows).allSatisfy(row -> {
            assertThat(row).hasSameSizeAs(head);
            for (int i = 1; i < head.size(); i++) {
                String seen = seen(row.get(0), head.get(i));
                assertThat(row.get(i)).as("%s with %s", row.get(0), head.get(i))
                    .matches(seen.isEmpty() ? "no(, \\[[a-z]])?" : Pattern.quote(seen));
            }
        });
    }

    private static String seen(String client, String mechanism) {
        List<Variant> variants = VARIANTS.stream()
            .filter(variant -> variant.client.equals(client) && variant.mechanism.equals(Optional.of(mechanism)))
            .collect(Collectors.toList());
        String prescribed = names(variants, variant -> !variant.isOwnChoice());
        String chosen = names(variants, Variant::isOwnChoice);
        return Stream.of(prescribed, chosen.isEmpty() ? "" : "by itself: " + chosen)
            .filter(text -> !text.isEmpty())
            .collect(Collectors.joining("; "));
    }

    private static String names(List<Variant> variants, Predicate<Variant> which) {
        return variants.stream().filter(which).map(variant -> "`" + variant.name + "`").collect(Collectors.joining(", "));
    }

    private static String page() throws IOException {
        return Files.readString(Path.of(System.getProperty("smtpguard.it.project", "."), "docs/clients.md"), StandardCharsets.UTF_8);
    }

    static List<Variant> variants() {
        return VARIANTS;
    }

    private static Stream<Variant> variants(String client, String port, String... names) {
        return Arrays.stream(names).map(name -> new Variant(client, name, port, Optional.empty()));
    }

    private static Stream<Variant> logins(String client, String port, String mechanism, String... names) {
        return Arrays.stream(names).map(name -> new Variant(client, name, port, Optional.of(mechanism)));
    }

    /** One way in which one client sends. */
    static final class Variant {
        private final String client;
        private final String name;
        private final String port;
        /** Empty: it does not log in. */
        private final Optional<String> mechanism;

        private Variant(String client, String name, String port, Optional<String> mechanism) {
            this.client = client;
            this.name = name;
            this.port = port;
            this.mechanism = mechanism;
        }

        /** Told to log in, but not how. */
        private boolean isOwnChoice() {
            return name.endsWith("auth");
        }

        private String user() {
            return mechanism.equals(Optional.of(SCRAM_512)) ? "bob@localhost" : "alice@localhost";
        }

        /** One inbox for all of them would take James longer with each that lies there already. */
        private String recipient() {
            return RECIPIENTS.get(VARIANTS.indexOf(this) % RECIPIENTS.size());
        }

        private int messages() {
            boolean isByPasswordOrNone = mechanism.stream().allMatch(name -> name.equals(PLAIN) || name.equals(LOGIN));
            return isByPasswordOrNone && !client.equals("gsasl") ? MESSAGES : FEW;
        }

        @Override
        public String toString() {
            return client + " " + name;
        }
    }
}
