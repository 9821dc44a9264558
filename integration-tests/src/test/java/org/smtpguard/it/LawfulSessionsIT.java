package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Mailbox;
import org.smtpguard.it.wire.WireScript;

/** Whoever keeps the rules does not notice the guard; and content is content, however its lines end. */
class LawfulSessionsIT {
    private static final String MESSAGE = "(message)";
    private static final int MANY = 1000;

    /** Sessions that break no rule (RFC 5321 4.1.4): also those whose recipients or senders James does not take. */
    private static final List<List<String>> LAWFUL = List.of(
        List.of("EHLO client.example", "MAIL FROM:<bob@localhost>", "RCPT TO:<alice@localhost>", "DATA", MESSAGE, "QUIT"),
        List.of("HELO client.example", "MAIL FROM:<bob@localhost>", "RCPT TO:<alice@localhost>", "DATA", MESSAGE, "QUIT"),
        List.of("EHLO client.example", "MAIL FROM:<>", "RCPT TO:<alice@localhost>", "RSET", "QUIT"),
        List.of("EHLO [192.0.2.7]", "MAIL FROM:<bob@localhost> SIZE=100 BODY=8BITMIME", "RCPT TO:<nobody-here@localhost>",
            "RCPT TO:<alice@localhost>", "DATA", MESSAGE, "MAIL FROM:<carol@localhost>", "RCPT TO:<alice@localhost>", "DATA", MESSAGE,
            "QUIT"),
        List.of("EHLO client.example", "MAIL FROM:<bob@localhost>", "EHLO client.example", "MAIL FROM:<bob@localhost>", "QUIT"),
        List.of("NOOP", "RSET", "VRFY alice", "EXPN all", "EHLO client.example", "NOOP x", "QUIT"),
        List.of("EHLO client.example", "MAIL FROM:bob@localhost", "MAIL", "MAIL FROM:<bob@localhost> SIZE=x", "QUIT"),
        List.of("EHLO client.example", "MAIL FROM:<bob@localhost>", "RCPT TO:alice@localhost", "RCPT", "RCPT TO:<alice@localhost> X=1",
            "RCPT TO:<alice@localhost>", "RSET", "QUIT"),
        List.of("ehlo client.example", "mail from:<bob@localhost>", "rcpt to:<alice@localhost>", "rset", "quit"),
        List.of("QUIT"));

    private static JamesServer guarded;
    private static JamesServer stock;

    @BeforeAll
    static void start() {
        guarded = QuickServer.shared();
        stock = JamesServer.sharedStock();
    }

    @TestFactory
    Stream<DynamicTest> getsByteForByteTheRepliesOfStockJames() {
        return LAWFUL.stream().flatMap(session -> Stream.of(false, true).map(tls ->
            DynamicTest.dynamicTest(session + (tls ? " under TLS" : ""), () ->
                assertThat(transcript(guarded, session, tls)).isEqualTo(transcript(stock, session, tls)))));
    }

    /** But for the line of AUTH, which is ours and stands where our handler does. */
    private static String transcript(JamesServer server, List<String> session, boolean tls) {
        StringBuilder transcript = new StringBuilder();
        try (WireScript wire = tls ? tlsWire(server.smtps()) : wire(server.smtp())) {
            transcript.append(wire.read().text()).append('\n');
            for (String line : session) {
                (line.equals(MESSAGE) ? wire.message("Subject: lawful", "", "body") : wire.send(line)).read().lines().stream()
                    .filter(reply -> !reply.matches("250[ -]AUTH[ =].*"))
                    .forEach(reply -> transcript.append(reply).append('\n'));
            }
            wire.expectClosed();
        }
        return transcript.toString();
    }

    /** RFC 5321 4.1.1.4 and 2.3.8: a message ends at CRLF.CRLF alone, so all of these are one message each, whole. */
    @ParameterizedTest
    @ValueSource(strings = {"one\n.\r\ntwo\r\n", "one\n.\ntwo\r\n", "one\r\n.\ntwo\r\n",
        "\n.\r\ntwo\r\n", ".\ntwo\r\n", "one\n.\r\n.\n.\r\ntwo\n\r\n"})
    void contentWithBareLineFeedsArrivesWhole(String body) {
        String mark = UUID.randomUUID().toString();
        try (WireScript wire = wire(guarded.smtp())) {
            wire.expect("220").send("EHLO client.example").expect("250");
            begin(wire);
            wire.sendRaw("Subject: " + mark + "\r\n\r\n" + body + "the end of " + mark + "\r\n.\r\n").expect("250 2.6.0")
                .send("NOOP").expect("250 2.0.0")
                .send("QUIT").expect("221").expectClosed();
        }
        String message = Mailbox.of("alice", guarded.imap()).awaitMessageWith("the end of " + mark);
        assertThat(message).contains("two\r\n");
        assertThat(message.lines().filter(line -> line.equals(".")).count())
            .isEqualTo(body.lines().filter(line -> line.equals(".")).count());
    }

    /** RFC 5321 4.1.1.4: the very first line may be the dot, and one behind a bare LF is none. */
    @Test
    void aMessageMayBeginWithABareLineFeedAndADot() {
        String mark = UUID.randomUUID().toString();
        try (WireScript wire = wire(guarded.smtp())) {
            wire.expect("220").send("EHLO client.example").expect("250");
            begin(wire);
            wire.sendRaw("\n.\r\n" + mark + "\r\n.\r\n").expect("250 2.6.0").send("NOOP").expect("250 2.0.0");
        }
        assertThat(Mailbox.of("alice", guarded.imap()).awaitMessageWith(mark)).contains("\r\n.\r\n" + mark);
    }

    /** RFC 2920 3.1: nothing of what came before the 354 is delivered, to anybody. */
    @Test
    void contentThatCameTooEarlyIsNeverDelivered() {
        String early = UUID.randomUUID().toString();
        String late = UUID.randomUUID().toString();
        try (WireScript wire = wire(guarded.smtp())) {
            wire.expect("220").send("EHLO client.example").expect("250")
                .send("MAIL FROM:<bob@localhost>").expect("250").send("RCPT TO:<alice@localhost>").expect("250")
                .sendRaw("DATA\r\nSubject: " + early + "\r\n\r\nbody\r\n.\r\n").expect("354").expect("503 5.5.1")
                .send("DATA").expect("354").message("Subject: " + late, "", "body").expect("250 2.6.0");
        }
        Mailbox alice = Mailbox.of("alice", guarded.imap());
        assertThat(alice.awaitMessageWith(late)).doesNotContain(early);
        assertThat(alice.messagesWith(early)).isEmpty();
    }

    /** RFC 5321 4.5.3.1.8: at least 100 recipients; here they are ten times as many, in one packet. */
    @Test
    void aThousandRecipientsInOneGroupAreTaken() {
        try (WireScript wire = wire(guarded.smtp())) {
            wire.expect("220").send("EHLO client.example").expect("250")
                .sendRaw("MAIL FROM:<bob@localhost>\r\n" + "RCPT TO:<bob@localhost>\r\n".repeat(MANY) + "DATA\r\n").expect("250");
            for (int recipient = 0; recipient < MANY; recipient++) {
                wire.expect("250 2.1.5");
            }
            wire.expect("354").message("Subject: to one, often", "", "body").expect("250 2.6.0").send("QUIT").expect("221");
        }
    }

    /** RFC 5321 4.1.1.10: QUIT may come at any time. */
    @ParameterizedTest
    @ValueSource(strings = {"NOOP", "EHLO client.example", "HELO client.example", "EHLO client.example,MAIL FROM:<bob@localhost>",
        "EHLO client.example,MAIL FROM:<bob@localhost>,RCPT TO:<alice@localhost>", "EHLO client.example,MAIL FROM:<>,RSET"})
    void quitIsTakenInEveryState(String state) {
        try (WireScript wire = wire(guarded.smtp())) {
            wire.expect("220");
            for (String line : state.split(",")) {
                wire.send(line).expect("250");
            }
            wire.send("QUIT").expect("221").expectClosed();
        }
    }

    /** RFC 5321 3.1: who talks before the greeting is sent away where the operator wants it so. */
    @Test
    void whoTalksBeforeTheGreetingIsSentAway() {
        try (WireScript wire = wire(JamesServer.sharedGuarded().smtp())) {
            wire.sendRaw("EHLO client.example\r\n").expect("554 5.5.1").expectInReply("SEQ-GREETING-EARLY").expectClosed();
        }
    }

    private static void begin(WireScript wire) {
        wire.send("MAIL FROM:<bob@localhost>").expect("250").send("RCPT TO:<alice@localhost>").expect("250").send("DATA").expect("354");
    }
}
