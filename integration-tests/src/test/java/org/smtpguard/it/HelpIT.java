package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Refusal;
import org.smtpguard.it.wire.Reply;
import org.smtpguard.it.wire.WireScript;

class HelpIT {
    private static final int MOST_LINES = 10;
    private static final int LONGEST_LINE = 78;

    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = JamesServer.sharedGuarded();
    }

    @Test
    void tellsInEveryStateWhereTheSessionStandsAndWhatIsNext() {
        try (WireScript wire = wire(server.smtp()).expect("220")) {
            says(wire, "no EHLO yet", "EHLO <your-domain> | HELO <your-domain> | QUIT");
            wire.send("HELO client.example").expect("250");
            says(wire, "HELO done, no mail transaction open", "MAIL FROM:<address> | EHLO <your-domain> | QUIT");
            wire.send("EHLO client.example").expect("250");
            says(wire, "EHLO done, no mail transaction open", "MAIL FROM:<address> | AUTH PLAIN <base64> | QUIT");
            wire.send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("235");
            says(wire, "EHLO done, authenticated, no mail transaction open", "MAIL FROM:<address> | QUIT");
            wire.send("MAIL FROM:<>").expect("250");
            says(wire, "EHLO done, authenticated, sender <>, 0 recipients accepted", "RCPT TO:<address> | RSET | QUIT");
            wire.send("RCPT TO:<nobody-here@localhost>").expect("550");
            says(wire, "EHLO done, authenticated, sender <>, 0 recipients accepted, 1 refused", "RCPT TO:<address> | RSET | QUIT");
            wire.send("RCPT TO:<bob@localhost>").expect("250");
            says(wire, "EHLO done, authenticated, sender <>, 1 recipient accepted, 1 refused",
                "DATA | RCPT TO:<address> | RSET | QUIT");
        }
        try (WireScript wire = wire(server.submission()).expect("220")) {
            wire.send("EHLO client.example").expect("250");
            says(wire, "EHLO done, no mail transaction open", "MAIL FROM:<address> | STARTTLS | QUIT");
            wire.startTls();
            says(wire, "TLS active, no EHLO since STARTTLS", "EHLO <your-domain> | HELO <your-domain> | QUIT");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "SEQ-GREETING-EARLY", "SEQ-EHLO-MISSING", "SEQ-EHLO-AFTER-TLS", "SEQ-EHLO-NOT-HELO", "SEQ-MAIL-MISSING", "SEQ-MAIL-NESTED",
        "SEQ-RCPT-MISSING", "SEQ-RCPT-REFUSED", "SEQ-AUTH-IN-TRANSACTION", "SEQ-AUTH-REPEATED", "SEQ-STARTTLS-REPEATED",
        "SEQ-STARTTLS-IN-TRANSACTION", "SEQ-STARTTLS-AFTER-AUTH", "SEQ-PIPELINING", "SEQ-BARE-LF", "SYN-ARGUMENT", "SYN-COMMAND",
        "SYN-CHARACTER", "LIMIT-ERRORS", "LIMIT-AUTH", "LIMIT-RECIPIENTS", "AUTH-BLOCKED",
        "AUTH-REQUIRED", "AUTH-CREDENTIALS", "AUTH-UNAVAILABLE",
            "AUTH-MECHANISM",
        "AUTH-ENCODING", "AUTH-EXPIRED", "AUTH-TOO-WEAK", "AUTH-TOO-LONG", "AUTH-CANCELLED", "AUTH-TLS-REQUIRED", "AUTH-IDENTITY",
        "AUTH-SENDER", "AUTH-REVOKED"})
    void explainsEveryDiagnosis(String id) {
        try (WireScript wire = wire(server.smtp()).expect("220")) {
            wire.send("HELP " + id).expect("214 2.0.0 " + id + ": ").expectReply(HelpIT::isShort)
                .expectInReply("^214.2.0.0 When: ").expectInReply("^214.2.0.0 Fix: ").expectInReply("^214.2.0.0 See: .*RFC \\d+");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "HELP 503 | 503: .*out of order", "HELP 235 | 235: AUTH succeeded", "HELP 535 | 535: .*wrong", "HELP AUTH | AUTH <mechanism>",
        "help auth | AUTH <mechanism>", "HELP seq-mail-nested | SEQ-MAIL-NESTED: ", "HELP DATA | DATA: ",
        "HELP nonsense | No topic nonsense"})
    void explainsCodesAndVerbs(String command, String expected) {
        try (WireScript wire = wire(server.smtp()).expect("220")) {
            wire.send(command).expect("214 2.0.0").expectReply(HelpIT::isShort).expectInReply("^214.2.0.0 " + expected);
        }
    }

    @Test
    void helpOfAuthNamesTheMechanismsOfThisSession() {
        try (WireScript wire = wire(server.smtp()).expect("220")) {
            wire.send("HELP AUTH").expect("214").expectReply(HelpIT::isShort).expectInReply("^214.2.0.0 Offered: PLAIN LOGIN$")
                .send("EHLO client.example").expect("250").expectInReply("AUTH PLAIN LOGIN")
                .send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("235")
                .send("HELP AUTH").expect("214").expectInReply("^214.2.0.0 Offered: none; the session is already authenticated$");
        }
        try (WireScript wire = wire(server.submission()).expect("220")) {
            wire.send("EHLO client.example").expect("250")
                .send("HELP AUTH").expect("214").expectReply(HelpIT::isShort).expectInReply("^214.2.0.0 Offered: none before STARTTLS$")
                .startTls().send("EHLO client.example").expect("250")
                .send("HELP AUTH").expect("214").expectReply(HelpIT::isShort).expectInReply("^214.2.0.0 Offered: PLAIN LOGIN$");
        }
    }

    @Test
    void aTopicIsShownCleanedAndCut() {
        try (WireScript wire = wire(server.smtp()).expect("220")) {
            wire.sendRaw("HELP \u0080\u00fc" + "x".repeat(1000) + "\r\n").expect("214").expectReply(HelpIT::isShort);
        }
    }

    private static void says(WireScript wire, String state, String next) {
        wire.send("HELP").expect("214").expectReply(HelpIT::isShort)
            // A long state goes on in the next line; what is next stands on one, since programs read it.
            .expectReply(reply -> assertThat(reply.text().replace("\n214-2.0.0 ", " ")).startsWith("214-2.0.0 State: " + state + " Next: "))
            .expectReply(reply -> assertThat(reply.lines()).contains("214-2.0.0 Next: " + next));
    }

    private static void isShort(Reply reply) {
        Refusal.keepsToTheProtocol(reply);
        assertThat(reply.lines()).hasSizeLessThanOrEqualTo(MOST_LINES)
            .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(LONGEST_LINE));
    }
}
