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
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Mailbox;

/**
 * Clients of good will never notice the guard: all their messages arrive, and not one of their commands is refused.
 */
class RealClientsIT {
    /** Set where all clients are installed: a skip would hide that one of them is not. */
    private static final boolean ALL_INSTALLED = Boolean.parseBoolean(System.getenv("SMTPGUARD_ALL_CLIENTS"));
    /** Fewer on a contributor's machine, where it should not take minutes. */
    private static final int MESSAGES = ALL_INSTALLED ? 100 : 10;
    /** alice, whose password is "secret": some thousand log-ins are not to be a test of the processor. */
    private static final String CHEAP_HASH = "alice@localhost:{BCRYPT}$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n";
    private static final String REFUSAL = "org.smtpguard.REFUSAL";
    private static final String WITHOUT_TLS = "without TLS";
    private static final String STARTTLS = "STARTTLS";
    private static final String TLS = "TLS from the first byte";
    private static final Map<String, Function<JamesServer, InetSocketAddress>> PORTS = Map.of(
        WITHOUT_TLS, JamesServer::smtp,
        STARTTLS, JamesServer::submission,
        TLS, JamesServer::smtps);

    private static final List<Variant> VARIANTS = Stream.of(
            variants("swaks", WITHOUT_TLS, "plain", "pipelining", "auth-plain", "auth-login"),
            variants("swaks", STARTTLS, "starttls", "starttls-pipelining", "starttls-auth"),
            variants("swaks", TLS, "tls"),
            variants("smtplib", WITHOUT_TLS, "plain", "auth", "auth-plain", "auth-login"),
            variants("smtplib", STARTTLS, "starttls", "starttls-auth"),
            variants("smtplib", TLS, "tls", "tls-auth"),
            variants("nodemailer", WITHOUT_TLS, "plain", "auth-plain", "auth-login"),
            variants("nodemailer", STARTTLS, "starttls", "starttls-auth"),
            variants("nodemailer", TLS, "tls", "tls-auth"),
            variants("angus", WITHOUT_TLS, "plain", "auth-plain", "auth-login"),
            variants("angus", STARTTLS, "starttls", "starttls-auth"),
            variants("angus", TLS, "tls", "tls-auth"),
            variants("curl", WITHOUT_TLS, "plain", "auth-plain", "auth-login", "auth-plain-initial-response"),
            variants("curl", STARTTLS, "starttls", "starttls-auth"),
            variants("curl", TLS, "tls", "tls-auth"),
            variants("msmtp", WITHOUT_TLS, "plain", "auth-plain", "auth-login"),
            variants("msmtp", STARTTLS, "starttls", "starttls-auth"),
            variants("msmtp", TLS, "tls", "tls-auth"),
            variants("postfix", WITHOUT_TLS, "pipelining", "no-pipelining", "auth-plain", "auth-login"),
            variants("postfix", STARTTLS, "starttls", "starttls-auth"),
            variants("postfix", TLS, "tls"))
        .flatMap(Function.identity())
        .collect(Collectors.toList());
    private static final Map<String, Optional<String>> VERSIONS = new ConcurrentHashMap<>();

    private static JamesServer server;

    /** A server of its own: what it logs is what these clients did. */
    @BeforeAll
    static void start() {
        server = JamesServer.guarded().withConf("smtp-users", CHEAP_HASH).start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("variants")
    void deliversAllAndIsNeverRefused(Variant variant) {
        Optional<String> version = VERSIONS.computeIfAbsent(variant.client, name -> MailClient.of(name).version());
        if (ALL_INSTALLED) {
            assertThat(version).as("the version of %s, which is to be installed here", variant.client).isPresent();
        }
        assumeTrue(version.isPresent(), () -> variant.client + " is not installed");
        Mailbox inbox = Mailbox.of("carol", server.imap());
        int known = inbox.count();
        int logged = server.log().length();
        long start = System.nanoTime();

        MailClient.of(variant.client).send(variant.name, PORTS.get(variant.port).apply(server),
            Submission.of("alice@localhost", "secret", "carol@localhost", variant.toString(), MESSAGES));
        List<String> subjects = inbox.awaitSubjects(known, MESSAGES);

        assertThat(subjects).containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, MESSAGES).mapToObj(i -> variant + " " + i).collect(Collectors.toList()));
        String log = server.log().substring(logged);
        assertThat(log.lines().filter(line -> line.contains(REFUSAL))).isEmpty();
        assertThat(log.lines().filter(line -> line.contains("[ERROR]"))).isEmpty();
        System.out.printf(Locale.ROOT, "%-34s %-24s %d messages, 0 refusals, %.1f s; %s%n", variant, variant.port, MESSAGES,
            (System.nanoTime() - start) / 1e9, version.get());
    }

    /** What is claimed there has been seen here. */
    @Test
    void hasEachClientAndVariantOnItsPage() throws IOException {
        String page = Files.readString(Path.of(System.getProperty("smtpguard.it.project", "."), "docs/clients.md"), StandardCharsets.UTF_8);

        assertThat(VARIANTS).allSatisfy(variant -> assertThat(page.lines())
            .anyMatch(line -> line.startsWith("| " + variant.client + " |") && line.contains("`" + variant.name + "`")));
    }

    static List<Variant> variants() {
        return VARIANTS;
    }

    private static Stream<Variant> variants(String client, String port, String... names) {
        return Arrays.stream(names).map(name -> new Variant(client, name, port));
    }

    /** One way in which one client sends. */
    static final class Variant {
        private final String client;
        private final String name;
        private final String port;

        private Variant(String client, String name, String port) {
            this.client = client;
            this.name = name;
            this.port = port;
        }

        @Override
        public String toString() {
            return client + " " + name;
        }
    }
}
