package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.smtpguard.it.server.DovecotImap;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.Ports;
import org.smtpguard.it.wire.WireScript;

/**
 * A real Dovecot that penalizes wrong passwords as it does by default, and does not trust James: to it, all log-ins come from one
 * address. One client guesses, two passwords in a row and then eight at once. Alice gets in, and the circuit of the backend stays closed.
 */
class ImapBackendPenaltyIT {
    private static final String ALICE = "alice@localhost";
    private static final String PASSWORD = "Tr0ub4dor-Ip41";
    private static final int GUESSES_AT_ONCE = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String CHAIN = "<handlerchain coreHandlersPackage=\"org.smtpguard.james.GuardHandlers\">"
        + "<handler class=\"org.smtpguard.james.SequenceGuard\"/>"
        + "<handler class=\"org.smtpguard.james.Authentication\"><mechanisms>PLAIN LOGIN</mechanisms>"
        + "<backend class=\"ImapBackend\" name=\"%s\"><address>%s</address><tls>none</tls><timeout>%s</timeout></backend></handler>"
        + "</handlerchain>";

    @TempDir
    private static Path home;
    @TempDir
    private static Path otherHome;
    private static DovecotImap dovecot;
    private static DovecotImap otherDovecot;
    private static JamesServer server;
    private static InetSocketAddress patient;
    private static InetSocketAddress impatient;

    @BeforeAll
    static void start() throws Exception {
        JamesServer.assumeOnThisMachine("the server reaches loopback");
        dovecot = DovecotImap.withPenalties(home, ALICE, PASSWORD);
        otherDovecot = DovecotImap.withPenalties(otherHome, ALICE, PASSWORD);
        patient = Ports.one();
        impatient = Ports.one();
        server = JamesServer.guarded()
            .withPort(patient, String.format(Locale.ROOT, CHAIN, "patient", dovecot.imap(), "20s"))
            .withPort(impatient, String.format(Locale.ROOT, CHAIN, "impatient", otherDovecot.imap(), "5s"))
            .start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
        for (DovecotImap each : new DovecotImap[] {dovecot, otherDovecot}) {
            if (each != null) {
                each.close();
            }
        }
    }

    @Test
    void theDefaultTimeoutOutlastsThePenaltyOfOthersGuesses() {
        guess(patient);

        assertThat(logIn(patient, PASSWORD)).isEqualTo(235);
        assertThat(server.log()).doesNotContain("Backend patient: circuit open", "Backend patient is unavailable");
    }

    @Test
    void timeoutsDuringAPenaltyDoNotOpenTheCircuit() {
        guess(impatient);

        assertThat(server.log()).as("the penalty outlasts the timeout").contains("Backend impatient is unavailable");
        // Dovecot makes an address wait less, the longer ago its last wrong password is.
        await().atMost(PATIENCE).until(() -> logIn(impatient, PASSWORD) == 235);
        assertThat(server.log()).doesNotContain("Backend impatient: circuit open");
    }

    /** Each guess another password: Dovecot does not count one that it has had from the address before. */
    private static void guess(InetSocketAddress port) {
        logIn(port, "guess-1");
        logIn(port, "guess-2");
        List<WireScript> sessions = IntStream.range(0, GUESSES_AT_ONCE).mapToObj(i -> greeted(port)).collect(Collectors.toList());
        try {
            for (int i = 0; i < GUESSES_AT_ONCE; i++) {
                sessions.get(i).send("AUTH PLAIN " + plain(ALICE, "guess-at-once-" + i));
            }
            assertThat(sessions).allSatisfy(session -> assertThat(session.read().code()).isIn(535, 454));
        } finally {
            sessions.forEach(WireScript::close);
        }
    }

    private static int logIn(InetSocketAddress port, String password) {
        try (WireScript wire = greeted(port)) {
            return wire.send("AUTH PLAIN " + plain(ALICE, password)).read().code();
        }
    }

    private static WireScript greeted(InetSocketAddress port) {
        return wire(port).patience(PATIENCE).expect("220").send("EHLO client.example").expect("250");
    }
}
