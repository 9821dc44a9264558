package org.smtpguard.james.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.james.EmbeddedPort;
import org.smtpguard.james.EmbeddedPort.Auth;
import org.smtpguard.james.FixtureBackend;

/** Lines of more octets than James reads: each is answered once, in its turn, and none is taken for another. */
class LongLinesTest {
    private static final int ERRORS = 20;
    /** RFC 4954 §4 has clients expect that much to be taken. */
    private static final String LONG = "A".repeat(12_288) + "\r\n";
    private static final String LINE_TOO_LONG = "500 Line length exceeded";

    private final EmbeddedPort.Client client = EmbeddedPort.builder().limits(ERRORS, 0).build().connect();

    @ParameterizedTest
    @ValueSource(strings = {"AUTH PLAIN", "AUTH LOGIN", "AUTH LOGIN YWxpY2VAbG9jYWxob3N0"})
    void aResponseThatIsTooLongEndsTheExchange(String command) {
        greet();
        assertThat(client.send(command + "\r\n")).startsWith("334 ");

        assertThat(client.send(LONG)).startsWith("500-5.5.6 AUTH refused: ").contains("[AUTH-TOO-LONG]\r\n");

        assertThat(client.send("NOOP\r\n")).startsWith("250 ");
        assertThat(client.send(LONG)).startsWith(LINE_TOO_LONG);
        assertThat(client.send(auth())).startsWith("235 2.7.0 ");
        assertThat(client.send("NOOP\r\n")).startsWith("250 ");
    }

    @Test
    void behindAGreetingItIsAnsweredBehindIt() {
        assertThat(client.send("EHLO client.example\r\n" + LONG)).matches("(?s)250-.*\r\n250 .*\r\n503-5.5.1 .*")
            .contains("[SEQ-PIPELINING]").doesNotContain(LINE_TOO_LONG);
        assertThat(client.send("NOOP\r\n")).startsWith("250 ");
    }

    @Test
    void behindAnAuthItIsAnsweredBehindIt() {
        greet();

        assertThat(client.send(auth() + LONG)).startsWith("235 2.7.0 ").contains("\r\n503-5.5.1 ").doesNotContain(LINE_TOO_LONG);
    }

    @Test
    void inFrontOfItsChallengeItEndsTheExchange() {
        greet();

        assertThat(client.send("AUTH PLAIN\r\n" + LONG)).startsWith("334 \r\n503-5.5.1 ").contains("[SEQ-PIPELINING]");

        assertThat(client.send("NOOP\r\n")).startsWith("250 ");
        assertThat(client.send(LONG)).startsWith(LINE_TOO_LONG);
    }

    @Test
    void behindStarttlsItIsSomethingInTheClear() {
        EmbeddedPort.Client starting = EmbeddedPort.builder().tls(EmbeddedPort.Tls.STARTTLS).build().connect();
        starting.send("EHLO client.example\r\n");

        assertThat(starting.send("STARTTLS\r\n" + LONG)).startsWith("503-5.5.1 STARTTLS refused").contains("\r\n503-5.5.1 Command refused");
    }

    @Test
    void itIsAnErrorLikeOthers() {
        greet();
        for (int errors = 1; errors < ERRORS; errors++) {
            assertThat(client.send(LONG)).startsWith(LINE_TOO_LONG);
        }

        assertThat(client.send(LONG)).startsWith("421-4.7.0 ").contains("[LIMIT-ERRORS]");
        assertThat(client.isOpen()).isFalse();
    }

    /** A message that lacks a line is not the one that was sent, and the reply to it comes at its end and nowhere else. */
    @Test
    void aMessageThatHasOneIsRefusedAtItsEnd() {
        greet();
        client.send("MAIL FROM:<alice@localhost>\r\nRCPT TO:<bob@localhost>\r\nDATA\r\n");
        for (int lines = 0; lines < 2 * ERRORS; lines++) {
            assertThat(client.send("Subject: x\r\n\r\n" + LONG + "body\r\n")).isEmpty();
        }

        assertThat(client.send(".\r\nNOOP\r\n")).matches(LINE_TOO_LONG + "[^\r]*\r\n250 [^\r]*\r\n");

        assertThat(client.send("RCPT TO:<bob@localhost>\r\n")).contains("[SEQ-MAIL-MISSING]");
        assertThat(client.send("MAIL FROM:<alice@localhost>\r\nRCPT TO:<bob@localhost>\r\nDATA\r\n")).contains("354 ");
        assertThat(client.send("Subject: x\r\n\r\nbody\r\n.\r\n")).startsWith("250 2.6.0 ");
    }

    /** Nobody knows whether it ended in LF alone: a message must not be ended by a dot that is content (RFC 5321 §4.1.1.4). */
    @ParameterizedTest
    @ValueSource(strings = {"DATA\r\n", "DATA\r\nSubject: too early\r\n"})
    void aDotRightBehindItEndsTheSession(String beginning) {
        greet();
        client.send("MAIL FROM:<alice@localhost>\r\nRCPT TO:<bob@localhost>\r\n");
        client.send(beginning);

        assertThat(client.send(LONG.replace("\r", "") + ".\r\nMAIL FROM:<smuggled@localhost>\r\n")).startsWith("50")
            .doesNotContain("250").doesNotContain("SEQ-MAIL-NESTED");

        assertThat(client.isOpen()).isFalse();
    }

    @Test
    void howTheLineInFrontOfItEndedIsForgotten() {
        greet();
        client.send("MAIL FROM:<alice@localhost>\r\nRCPT TO:<bob@localhost>\r\nDATA\r\n");

        assertThat(client.send("in LF alone\n" + LONG + "body\r\n.\r\n")).startsWith(LINE_TOO_LONG);
        assertThat(client.isOpen()).isTrue();
    }

    @Test
    void aMessageThatCameTooEarlyAndHasOneLeavesTheTransaction() {
        greet();

        assertThat(client.send("MAIL FROM:<alice@localhost>\r\nRCPT TO:<bob@localhost>\r\nDATA\r\n" + LONG + "body\r\n.\r\n"))
            .contains("\r\n354 ").contains("[SEQ-PIPELINING]").doesNotContain(LINE_TOO_LONG);

        assertThat(client.send(LONG)).startsWith(LINE_TOO_LONG);
        assertThat(client.send("DATA\r\n")).startsWith("354 ");
        assertThat(client.send("Subject: x\r\n\r\nbody\r\n.\r\n")).startsWith("250 2.6.0 ");
    }

    @Test
    void whereTheGuardObservesItIsAnsweredAsByStockJames() {
        EmbeddedPort.Client observed = EmbeddedPort.builder().auth(Auth.JAMES).mode("observe").limits(ERRORS, 0).build().connect();
        EmbeddedPort.Client stock = EmbeddedPort.builder().auth(Auth.JAMES).stock().build().connect();
        for (String packet : new String[] {"EHLO client.example\r\n" + LONG, LONG, "AUTH PLAIN\r\n", LONG, "*\r\n",
            "MAIL FROM:<alice@localhost>\r\nRCPT TO:<bob@localhost>\r\nDATA\r\n" + LONG, LONG, ".\r\n", "NOOP\r\n"}) {
            assertThat(observed.send(packet)).as("%.30s", packet).isEqualTo(stock.send(packet));
        }
    }

    private void greet() {
        assertThat(client.send("EHLO client.example\r\n")).startsWith("250-");
    }

    private static String auth() {
        byte[] message = ("\0alice@localhost\0" + FixtureBackend.RIGHT).getBytes(StandardCharsets.UTF_8);
        return "AUTH PLAIN " + Base64.getEncoder().encodeToString(message) + "\r\n";
    }
}
