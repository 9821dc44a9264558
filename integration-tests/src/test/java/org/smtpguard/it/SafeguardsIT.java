package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.smtpguard.it.server.Directory;
import org.smtpguard.it.server.Directory.Health;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.WireScript;

/**
 * What stands around a backend, in a real James: SMTP asks a directory that falls ill, SMTPS the same one through a cache,
 * SUBMISSION a file of its own.
 */
class SafeguardsIT {
    private static final String ALICE = "alice@localhost";
    private static final String PASSWORD = "Kx93-of-Alice";
    private static final String TOKEN = "Zq71-t0ken-${env:HOME}";
    private static final int FAULTS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private static Path secrets;
    private static Directory directory;
    private static JamesServer server;

    @BeforeAll
    static void start() throws IOException {
        JamesServer.assumeOnThisMachine("the server sees this machine's files and loopback");
        Path token = Files.writeString(secrets.resolve("token"), TOKEN + "\n");
        directory = new Directory(TOKEN, Map.of(ALICE, PASSWORD));
        String backend = "<backend class=\"org.smtpguard.fixture.SocketBackend\" name=\"%s\"><port>" + directory.port() + "</port>"
            + "<token>${file:" + token + "}</token><timeout>1s</timeout><circuitBreaker retryAfter=\"2s\"/>%s</backend>";
        server = JamesServer.guarded()
            .editPort(Endpoint.SMTP, port -> withBackend(port, String.format(Locale.ROOT, backend, "directory", "")))
            .editPort(Endpoint.SMTPS, port -> withBackend(port, String.format(Locale.ROOT, backend, "cached directory", "<cache/>")))
            .start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
            directory.close();
        }
    }

    @Test
    void anOutageIsToldAtOnceAfterFiveFaultsAndIsOverWithoutAnybodysHelp() {
        authenticates(server.smtp());
        directory.is(Health.HANGS);
        int before = directory.asked();
        for (int i = 0; i < FAULTS; i++) {
            isUnavailable(server.smtp());
        }
        assertThat(directory.asked()).isEqualTo(before + FAULTS);
        assertThat(server.log()).contains("no answer within 1000 ms",
            "Backend directory: circuit open, one request every 2000 ms is let through: "
                + "5 failures in a row, the last: no answer within 1000 ms");

        // A few seconds long nobody is kept waiting, but for the one that is the probe.
        for (int i = 0; i < 50; i++) {
            isUnavailable(server.smtp());
        }
        assertThat(directory.asked()).as("the directory is left in peace").isLessThan(before + FAULTS + 25);
        assertThat(server.log()).contains("circuit open: 5 failures in a row, the last: no answer within 1000 ms");
        try (WireScript wire = wire(server.submission())) {
            wire.expect("220").send("EHLO client.example").expect("250").startTls().send("EHLO client.example").expect("250")
                .send("AUTH PLAIN " + plain(ALICE, "secret")).expectLine("235 2.7.0 ");
        }

        directory.is(Health.WELL);
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> isAuthenticated(server.smtp()));
        authenticates(server.smtp());
        assertThat(server.log()).contains("Backend directory has answered: circuit closed");
    }

    @Test
    void whatIsCachedIsNotAskedForAgain() {
        int before = directory.asked();
        for (int i = 0; i < 10; i++) {
            authenticates(server.smtps());
        }
        assertThat(directory.asked()).isEqualTo(before + 1);

        for (int i = 0; i < 10; i++) {
            try (WireScript wire = greeted(server.smtps())) {
                wire.send("AUTH PLAIN " + plain(ALICE, "wrong " + PASSWORD)).expect("535");
            }
        }
        assertThat(directory.asked()).isEqualTo(before + 2);
    }

    private static void authenticates(InetSocketAddress address) {
        try (WireScript wire = greeted(address)) {
            wire.send("AUTH PLAIN " + plain(ALICE, PASSWORD)).expectLine("235 2.7.0 ");
        }
        assertThat(server.log()).as("secrets from the configuration").doesNotContain("Zq71");
    }

    private static boolean isAuthenticated(InetSocketAddress address) {
        try (WireScript wire = greeted(address)) {
            return wire.send("AUTH PLAIN " + plain(ALICE, PASSWORD)).expectMatch("^(235|454)").reply().code() == 235;
        }
    }

    private static void isUnavailable(InetSocketAddress address) {
        try (WireScript wire = greeted(address)) {
            wire.send("AUTH PLAIN " + plain(ALICE, PASSWORD)).expect("454").expectInReply("AUTH-UNAVAILABLE");
        }
    }

    private static WireScript greeted(InetSocketAddress address) {
        return (address.equals(server.smtps()) ? tlsWire(address) : wire(address)).expect("220").send("EHLO client.example").expect("250");
    }

    private static String withBackend(String port, String backend) {
        return port.replaceAll("(?s)<backend .*?</backend>", Matcher.quoteReplacement(backend))
            .replaceAll("<greeting .*?/>", "");
    }
}
