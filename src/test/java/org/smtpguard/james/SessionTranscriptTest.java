package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.smtpguard.james.event.GuardMetrics;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.transcript.Transcript;
import org.smtpguard.transcript.TranscriptLine;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.Violations;

/** What of a session on the wire comes to stand in its transcript, and what does not. */
class SessionTranscriptTest {
    private final Transcripts transcripts = new Transcripts(Clock.systemUTC());
    private final Logbook logbook = new Logbook(GuardMetrics.unread(), transcripts, new Violations(Clock.systemUTC()));
    private final EmbeddedPort.Client client = EmbeddedPort.builder().logbook(logbook).build().connect();

    @Test
    void commandsAndRepliesStandInTheirOrder() {
        client.send("EHLO client.example\r\n");
        client.send("MAIL FROM:<alice@localhost>\r\n");
        client.send("DATA\r\n");

        assertThat(texts()).containsExactly(
            "CLIENT: EHLO client.example",
            "SERVER: 250-localhost Hello client.example [127.0.0.1])\n250-AUTH PLAIN LOGIN\n250-PIPELINING\n250-ENHANCEDSTATUSCODES\n"
                + "250 8BITMIME",
            "CLIENT: MAIL FROM:<alice@localhost>",
            "SERVER: 250 2.1.0 Sender <alice@localhost> OK",
            "CLIENT: DATA",
            "SERVER: 503 5.5.1 DATA refused: no recipient has been accepted yet [SEQ-RCPT-MISSING]");
        TranscriptLine last = transcript().lines().get(5);
        assertThat(last.refusal().orElseThrow().id()).isEqualTo(DiagnosisId.SEQ_RCPT_MISSING);
        assertThat(last.refusal().orElseThrow().state()).isEqualTo("EHLO done, sender <alice@localhost>, 0 recipients accepted");
        assertThat(last.refusal().orElseThrow().next()).containsExactly("RCPT TO:<address>", "RSET", "QUIT");
    }

    @Test
    void credentialsDoNot() {
        client.send("EHLO client.example\r\n");
        client.send("AUTH PLAIN " + base64("\0alice@localhost\0hunter2") + "\r\n");
        client.send("AUTH hunter2 hunter2\r\n");
        client.send("AUTH LOGIN\r\n");
        client.send(base64("alice@localhost") + "\r\n");
        client.send(base64("hunter2") + "\r\n");
        client.send("hunter2\r\n");
        client.send("AUTH PLAIN\r\n");
        client.send("*\r\n");

        assertThat(texts().stream().skip(2)).containsExactly(
            "CLIENT: AUTH PLAIN (hidden)",
            "GUARD: PLAIN log-in of alice@localhost: refused by fixture (wrong password)",
            "SERVER: 535 5.7.8 AUTH refused: the user name or the password is wrong [AUTH-CREDENTIALS]",
            "CLIENT: AUTH (unknown mechanism, 7 octets) (hidden)",
            "SERVER: 504 5.5.4 AUTH refused: this port does not offer that mechanism [AUTH-MECHANISM]",
            "CLIENT: AUTH LOGIN",
            "SERVER: 334 (challenge, 18 octets)",
            "CLIENT: (response, 22 octets)",
            "SERVER: 334 (challenge, 18 octets)",
            "CLIENT: (response, 14 octets)",
            "GUARD: LOGIN log-in of alice@localhost: refused by fixture (wrong password)",
            "SERVER: 535 5.7.8 AUTH refused: the user name or the password is wrong [AUTH-CREDENTIALS]",
            "CLIENT: (unknown command, 9 octets)",
            "SERVER: 500 5.5.1 Command refused: unknown command [SYN-COMMAND]",
            "CLIENT: AUTH PLAIN",
            "SERVER: 334 (challenge, 6 octets)",
            "CLIENT: *",
            "GUARD: PLAIN log-in: cancelled (not queried)",
            "SERVER: 501 5.7.0 AUTH refused: you cancelled it [AUTH-CANCELLED]");
    }

    @Test
    void ofAMessageTheSizeDoes() {
        client.send("EHLO client.example\r\n");
        client.send("MAIL FROM:<alice@localhost>\r\n");
        client.send("RCPT TO:<bob@localhost>\r\n");
        client.send("DATA\r\n");
        client.send("Subject: secret\r\n\r\nsecret\r\n.\r\n");

        assertThat(texts().stream().skip(6)).containsExactly(
            "CLIENT: DATA", "SERVER: 354 Ok Send data ending with <CRLF>.<CRLF>",
            "CLIENT: (content, 30 octets)", "SERVER: 250 2.6.0 Message received");
    }

    @Test
    void aLineThatWasTooLongToBeReadHasItsPlace() {
        client.send("EHLO client.example\r\n");
        client.send("x".repeat(10_000) + "\r\n");
        client.send("AUTH LOGIN\r\n");
        client.send("x".repeat(10_000) + "\r\n");

        assertThat(texts().stream().skip(2)).containsExactly(
            "CLIENT: (unknown command, too long to be read)",
            "SERVER: 500 (50 octets)",
            "CLIENT: AUTH LOGIN",
            "SERVER: 334 (challenge, 18 octets)",
            "CLIENT: (response, too long to be read)",
            "GUARD: LOGIN log-in: too_long (not queried)",
            "SERVER: 500 5.5.6 AUTH refused: the response is too long [AUTH-TOO-LONG]");
    }

    private List<String> texts() {
        return transcript().lines().stream().map(TranscriptLine::toString).collect(Collectors.toList());
    }

    private Transcript transcript() {
        return transcripts.find(client.reference()).orElseThrow();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
