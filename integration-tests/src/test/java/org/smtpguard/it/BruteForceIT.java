package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wireFrom;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.WireScript;

/** Failed log-ins count across sessions. Each test has client networks of its own: all of 127.0.0.0/8 are. */
class BruteForceIT {
    private static final String ALICE = "alice@localhost";
    private static final String PASSWORD = "secret";
    private static final int FAILURES = 3;
    private static JamesServer server;

    @BeforeAll
    static void start() {
        JamesServer.assumeOnThisMachine("the server sees the addresses of its clients");
        server = JamesServer.guarded()
            .editConf("smtpserver.xml", conf -> conf.replace("</mechanisms>", "</mechanisms>"
                + "<bruteForce><perNetwork failures=\"" + FAILURES
                + "\"/><perUser failures=\"12\"/><exempt>127.0.0.1</exempt><failureDelay>100ms</failureDelay></bruteForce>"))
            .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aNetworkThatGuessesIsBlockedAndTheRefusalSaysForHowLong() {
        guess("127.21.0.1", ALICE, FAILURES);

        try (WireScript wire = greeted("127.21.0.1")) {
            wire.send("AUTH PLAIN " + plain(ALICE, PASSWORD)).expect("454-4.7.0 AUTH refused").expectInReply("\\[AUTH-BLOCKED]")
                .expectInReply("Try again in 5 minutes").expectInReply("Next: QUIT")
                .send("AUTH PLAIN " + plain("nobody-there@localhost", PASSWORD)).expect("454-4.7.0 AUTH refused")
                .expectInReply("Try again in 5 minutes")
                .send("QUIT").expect("221");
        }
        assertThat(server.log()).contains("org.smtpguard.BLOCK", "blocked network=127.21.0.1/32 until=");
        logsIn("127.21.0.2");
    }

    @Test
    void aUserWhoIsKnownAtANetworkIsNotBlockedWithIt() {
        logsIn("127.22.0.1");

        guess("127.22.0.1", "guessed@localhost", FAILURES);

        logsIn("127.22.0.1");
        try (WireScript wire = greeted("127.22.0.1")) {
            wire.send("AUTH PLAIN " + plain("guessed@localhost", "one-more-guess")).expect("454").expectInReply("AUTH-BLOCKED");
        }
    }

    @Test
    void theSameWrongPasswordCountsOnce() {
        for (int i = 0; i < 3 * FAILURES; i++) {
            isRefused("127.23.0.1", ALICE, "old-password-of-a-telephone");
        }

        logsIn("127.23.0.1");
    }

    @Test
    void aBlockedClientThatGoesOnIsDisconnected() {
        guess("127.24.0.1", "somebody@localhost", FAILURES);

        try (WireScript wire = greeted("127.24.0.1")) {
            for (int i = 1; i < 20; i++) {
                wire.send("AUTH PLAIN " + plain("somebody@localhost", "guess-" + i)).expect("454").expectInReply("AUTH-BLOCKED");
            }
            wire.send("AUTH PLAIN " + plain("somebody@localhost", "guess-20")).expect("421").expectClosed();
        }
    }

    @Test
    void aUserIsBlockedForOtherNetworksThanTheKnownOnes() {
        for (int network = 0; network < 4; network++) {
            guess("127.25.0." + (10 + network), "hunted@localhost", FAILURES);
        }

        try (WireScript wire = greeted("127.25.0.99")) {
            wire.send("AUTH PLAIN " + plain("hunted@localhost", "thirteenth-guess")).expect("454").expectInReply("AUTH-BLOCKED");
        }
        assertThat(server.log()).contains("blocked user=hunted@localhost until=");
    }

    private static void guess(String source, String user, int times) {
        for (int i = 0; i < times; i++) {
            isRefused(source, user, "guess-" + source + "-" + i);
        }
    }

    private static void isRefused(String source, String user, String password) {
        try (WireScript wire = greeted(source)) {
            wire.send("AUTH PLAIN " + plain(user, password)).expect("535").send("QUIT").expect("221");
        }
    }

    private static void logsIn(String source) {
        try (WireScript wire = greeted(source)) {
            wire.send("AUTH PLAIN " + plain(ALICE, PASSWORD)).expect("235").send("QUIT").expect("221");
        }
    }

    private static WireScript greeted(String source) {
        return wireFrom(source, server.smtp()).expect("220").send("EHLO client.example").expect("250");
    }
}
