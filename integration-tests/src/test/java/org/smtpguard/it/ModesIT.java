package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.Refusal.refusal;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.Ports;
import org.smtpguard.it.wire.Reply;
import org.smtpguard.it.wire.WireScript;

/**
 * What an operator can ask of the guard beside "refuse all of it, at length".
 */
class ModesIT {
    private static final String GUARD_ALONE = "<handlerchain>"
        + "<handler class=\"org.smtpguard.james.SequenceGuard\"><mode>%s</mode></handler>"
        + "<handler class=\"org.apache.james.smtpserver.fastfail.ValidRcptHandler\"/>"
        + "<handler class=\"org.apache.james.smtpserver.CoreCmdHandlerLoader\"/>"
        + "</handlerchain>";
    private static final String GREETING_OBSERVED =
        "<handlerchain coreHandlersPackage=\"org.smtpguard.james.GuardHandlers\">"
        + "<handler class=\"org.smtpguard.james.SequenceGuard\"><rule id=\"SEQ-GREETING-EARLY\" mode=\"observe\"/>"
        + "<greeting waitMillis=\"300\"/></handler>"
        + "</handlerchain>";
    /** Breaks every rule that stock James lets a session survive. */
    private static final List<String> EVERY_MISTAKE = List.of(
        "MAIL FROM:<alice@localhost>", "RCPT TO:<bob@localhost>", "DATA", "AUTH PLAIN !!!!", "NOOP", "EHLO", "HELO", "FROB x", "HELP",
        "HELO client.example", "AUTH NOSUCH", "RCPT TO:<bob@localhost>", "DATA", "EHLO client.example",
        "MAIL FROM:<alice@localhost>", "MAIL FROM:<bob@localhost>", "MAIL FROM:<alice@localhost>", "DATA",
        "RCPT TO:<nobody-here@localhost>", "DATA", "AUTH PLAIN " + plain("alice@localhost", "wrong"), "EHLO", "RSET now", "DATA now",
        "MAIL FROM:<alice@localhost>", "RCPT TO:<erin@elsewhere.example>",
        "AUTH PLAIN " + plain("alice@localhost", "james-password-of-alice"), "AUTH LOGIN",
        "RCPT TO:<erin@elsewhere.example>", "HELP SEQ-MAIL-NESTED", "", "QUIT now");

    private static InetSocketAddress greetingObserved;
    private static JamesServer server;

    @BeforeAll
    static void start() {
        greetingObserved = Ports.one();
        server = JamesServer.guarded()
            .withPort(greetingObserved, GREETING_OBSERVED)
            .withChain(Endpoint.SUBMISSION, String.format(Locale.ROOT, GUARD_ALONE, "observe"))
            .withChain(Endpoint.SMTPS, String.format(Locale.ROOT, GUARD_ALONE, "off"))
            .editPort(Endpoint.SMTP, port -> port
                .replace("<tls socketTLS=\"false\" startTLS=\"false\"/>", "<tls socketTLS=\"false\" startTLS=\"true\">"
                    + "<keystore>file://conf/keystore</keystore><keystoreType>PKCS12</keystoreType><secret>james72laBalle</secret></tls>")
                .replace("<mode>enforce</mode>", "<rule id=\"SEQ-MAIL-NESTED\" mode=\"observe\"/><rule id=\"syn-argument\" mode=\"off\"/>")
                .replace("<replies style=\"full\"/>", "<replies style=\"full\" helpUrl=\"https://wiki.example.org/smtp/{id}\"/>"))
            .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void observeLeavesEveryReplyToJamesAndLogsWhatItWouldHaveRefused() {
        List<String> observed = replies(wire(server.submission()));

        assertThat(observed).containsExactlyElementsOf(replies(wire(JamesServer.sharedStock().submission())));
        for (String id : List.of("SEQ-EHLO-MISSING", "SEQ-EHLO-NOT-HELO", "SEQ-MAIL-MISSING", "SEQ-MAIL-NESTED", "SEQ-RCPT-MISSING",
            "SEQ-RCPT-REFUSED", "SEQ-AUTH-IN-TRANSACTION", "SEQ-AUTH-REPEATED", "AUTH-TLS-REQUIRED", "SYN-ARGUMENT", "SYN-COMMAND")) {
            assertThat(server.log()).containsPattern("observed " + id + " would refuse .* client=" + JamesServer.clientAddress()
                + " session=[0-9a-f]{8}");
        }
    }

    /** With the other rules in force. */
    @Test
    void whoTalksBeforeTheGreetingIsHeardWhereThatIsOnlyObserved() {
        try (WireScript wire = wire(greetingObserved)) {
            wire.sendRaw("EHLO client.example\r\n").expect("220").expect("250")
                .send("MAIL FROM:<alice@localhost>").expect("250")
                .send("MAIL FROM:<bob@localhost>").expect("503").expectInReply("SEQ-MAIL-NESTED");
        }
        assertThat(server.log()).containsPattern("observed SEQ-GREETING-EARLY would refuse .* client=" + JamesServer.clientAddress()
            + " session=[0-9a-f]{8}");
    }

    @Test
    void whatIsPipelinedBeforeTheGreetingIsPipelinedStill() {
        try (WireScript wire = wire(greetingObserved)) {
            wire.sendRaw("NOOP\r\nEHLO client.example\r\nMAIL FROM:<alice@localhost>\r\nNOOP\r\n")
                .expect("220").expect("250 2.0.0").expect("250").expectInReply("PIPELINING")
                .expect("503").expectInReply("SEQ-PIPELINING").expect("503").expectInReply("SEQ-PIPELINING");
        }
    }

    @Test
    void offLeavesEverythingToJames() {
        assertThat(replies(tlsWire(server.smtps())))
            .containsExactlyElementsOf(replies(tlsWire(JamesServer.sharedStock().smtps())));
    }

    @Test
    void oneRuleCanBeWatchedAndAnotherOffWhileTheOthersEnforce() {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220")
                .send("MAIL FROM:<alice@localhost>").expect("503 5.5.1").expectInReply("SEQ-EHLO-MISSING")
                .send("EHLO client.example").expect("250")
                .send("MAIL FROM:<alice@localhost>").expect("250")
                // In the words of James, whose code for it is another.
                .send("MAIL FROM:<bob@localhost>").expect("503 5.5.0").expectNotInReply("SEQ-")
                .send("RSET now").expectMatch("^[25]").expectNotInReply("SYN-ARGUMENT")
                .send("DATA").expect("503 5.5.1").expectInReply("SEQ-MAIL-MISSING");
        }
        assertThat(server.log()).containsPattern("observed SEQ-MAIL-NESTED would refuse MAIL");
    }

    @Test
    void aRefusalNamesTheOperatorsOwnPage() {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220")
                .send("MAIL FROM:<alice@localhost>").expect("503").expectReply(refusal("503 5.5.1",
                    "MAIL refused: EHLO has to come first", "SEQ-EHLO-MISSING")
                    .page("https://wiki.example.org/smtp/SEQ-EHLO-MISSING")
                    .state("no EHLO yet")
                    .next("EHLO <your-domain> | HELO <your-domain> | QUIT"));
        }
    }

    @Test
    void starttlsIsRefusedAfterALoginInTheClear() {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220")
                .send("EHLO client.example").expect("250").expectInReply("STARTTLS").expectInReply("AUTH")
                .send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("235")
                .send("STARTTLS").expect("503").expectReply(refusal("503 5.5.1",
                    "STARTTLS refused: the session was authenticated without TLS", "SEQ-STARTTLS-AFTER-AUTH")
                    .page("https://wiki.example.org/smtp/SEQ-STARTTLS-AFTER-AUTH")
                    .state("EHLO done, authenticated, no mail transaction open")
                    .next("MAIL FROM:<address> | QUIT"))
                .send("MAIL FROM:<alice@localhost>").expect("250")
                .send("RCPT TO:<erin@elsewhere.example>").expect("250")
                .send("STARTTLS").expect("503").expectInReply("SEQ-STARTTLS-AFTER-AUTH")
                .send("DATA").expect("354").message("Subject: afterALogin", "", "body").expect("250");
        }
    }

    private static List<String> replies(WireScript connected) {
        List<String> replies = new ArrayList<>();
        try (WireScript wire = connected) {
            replies.add(wire.read().text());
            for (String command : EVERY_MISTAKE) {
                Reply reply = wire.send(command).read();
                replies.add(command + " -> " + reply);
                if (reply.code() == 354) {
                    replies.add(wire.message("Subject: modes", "", "body").read().text());
                }
            }
        }
        return replies;
    }
}
