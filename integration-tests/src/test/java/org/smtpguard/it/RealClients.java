package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.smtpguard.it.client.MailClient;
import org.smtpguard.it.client.MailClient.Submission;
import org.smtpguard.it.server.ClientCertificate;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesHome;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Mailbox;

/**
 * Clients of good will never notice the guard: all their messages arrive, and not one of their commands is refused. A subclass names
 * them, in a method {@code variants}.
 */
abstract class RealClients {
    /** Set where all clients are installed: a skip would hide that one of them is not. */
    private static final boolean ALL_INSTALLED = Boolean.parseBoolean(System.getenv("SMTPGUARD_ALL_CLIENTS"));
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
    private static final String REFUSAL = "org.smtpguard.REFUSAL";
    private static final String AUTHENTICATION = "org.apache.james.protocols.smtp.AUTHENTICATION";
    private static final Map<String, Function<JamesServer, InetSocketAddress>> PORTS = Map.of(
        ClientVariant.WITHOUT_TLS, JamesServer::smtp,
        ClientVariant.STARTTLS, JamesServer::submission,
        ClientVariant.TLS, JamesServer::smtps,
        ClientVariant.CERTIFICATE, JamesServer::smtps);

    private static final String GNUTLS_CERTIFICATE = "msmtp tls-auth-external";
    /** From this version on Java names PKCS #1 signatures where GnuTLS 3.7 does not look for them (docs/clients.md). */
    private static final int WITHOUT_PKCS1 = 25;

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
    void deliversAllAndIsNeverRefused(ClientVariant variant) {
        Optional<String> version = VERSIONS.computeIfAbsent(variant.client(), name -> MailClient.of(name).version());
        if (ALL_INSTALLED) {
            assertThat(version).as("the version of %s, which is to be installed here", variant.client()).isPresent();
        }
        assumeTrue(version.isPresent(), () -> variant.client() + " is not installed");
        assumeFalse(variant.toString().equals(GNUTLS_CERTIFICATE) && JamesHome.current().jvmFeature() >= WITHOUT_PKCS1,
            "GnuTLS 3.7 shows this server no certificate that RSA has signed");
        JamesServer server = variant.port().equals(ClientVariant.CERTIFICATE) ? certified : common;
        Mailbox inbox = Mailbox.of(variant.recipient(), server.imap());
        int known = inbox.count();
        int logged = server.log().length();
        long start = System.nanoTime();

        MailClient.of(variant.client()).send(variant.name(), PORTS.get(variant.port()).apply(server),
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
            .isEqualTo(variant.mechanism().map(name -> "AUTH method " + name + " succeeded").stream().collect(Collectors.toList()));
        System.out.printf(Locale.ROOT, "%-34s %-24s %d messages, 0 refusals, %.1f s, %s; %s%n", variant, variant.port(), variant.messages(),
            (System.nanoTime() - start) / 1e9, variant.mechanism().orElse("no AUTH"), version.get());
    }
}
