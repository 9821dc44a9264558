package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.Refusal.refusal;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import java.net.InetSocketAddress;
import java.util.UUID;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Mailbox;
import org.smtpguard.it.wire.Refusal;
import org.smtpguard.it.wire.WireScript;

/**
 * Commands out of order, each refused in the words that the contract promises, and the session as good as before.
 */
class SequenceIT {
    private static final String OUT_OF_ORDER = "503 5.5.1";
    private static final String NO_GREETING = "no EHLO yet";
    private static final String GREET = "EHLO <your-domain> | HELO <your-domain> | QUIT";
    private static final String GREETED = "EHLO done, no mail transaction open";
    private static final String MAIL_OR_AUTH = "MAIL FROM:<address> | AUTH PLAIN <base64> | QUIT";
    private static final String SENDER_GIVEN = "EHLO done, sender <alice@localhost>, 0 recipients accepted";
    private static final String RECIPIENT_WANTED = "RCPT TO:<address> | RSET | QUIT";
    private static final String AUTH = "AUTH PLAIN " + plain("alice@localhost", "secret");

    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = JamesServer.sharedGuarded();
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAIL FROM:<alice@localhost>", "RCPT TO:<bob@localhost>", "DATA", "AUTH PLAIN =", "AUTH"})
    void nothingButAGreetingComesFirst(String command) {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220")
                .send(command).expect("503").expectReply(refusal(OUT_OF_ORDER, verb(command) + " refused: EHLO has to come first",
                    "SEQ-EHLO-MISSING").state(NO_GREETING).next(GREET))
                .send("EHLO client.example").expect("250");
            delivers(wire, "nothingButAGreetingComesFirst");
        }
    }

    @Test
    void starttlsNeedsAGreetingToo() {
        try (WireScript wire = wire(server.submission())) {
            wire.expect("220")
                .send("STARTTLS").expect("503").expectReply(refusal(OUT_OF_ORDER, "STARTTLS refused: EHLO has to come first",
                    "SEQ-EHLO-MISSING").state(NO_GREETING).next(GREET))
                .send("EHLO client.example").expect("250")
                .startTls()
                .send("EHLO client.example").expect("250");
            delivers(wire, "starttlsNeedsAGreetingToo");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"NOOP", "RSET", "HELP", "VRFY bob"})
    void whatIsAlwaysLegalNeedsNoGreeting(String command) {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220").send(command).expectMatch("^(2|502)").send("QUIT").expect("221").expectClosed();
        }
    }

    @Test
    void extensionsNeedEhloAndNotHelo() {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220")
                .send("HELO client.example").expect("250")
                .send(AUTH).expect("503").expectReply(refusal(OUT_OF_ORDER,
                    "AUTH refused: it is an extension; the session was greeted with HELO, not EHLO", "SEQ-EHLO-NOT-HELO")
                    .state("HELO done, no mail transaction open")
                    .next("MAIL FROM:<address> | EHLO <your-domain> | QUIT"));
            delivers(wire, "extensionsNeedEhloAndNotHelo");
            wire.send("EHLO client.example").expect("250").send(AUTH).expect("235");
        }
        try (WireScript wire = wire(server.submission())) {
            wire.expect("220")
                .send("HELO client.example").expect("250")
                .send("STARTTLS").expect(OUT_OF_ORDER).expectInReply("SEQ-EHLO-NOT-HELO")
                .send("EHLO client.example").expect("250")
                .startTls();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RCPT TO:<bob@localhost>", "DATA"})
    void recipientsAndContentNeedASender(String command) {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send(command).expect("503").expectReply(refusal(OUT_OF_ORDER, verb(command) + " refused: MAIL has to come first",
                "SEQ-MAIL-MISSING").state(GREETED).next(MAIL_OR_AUTH));
            delivers(wire, "recipientsAndContentNeedASender");
            wire.send(command).expect(OUT_OF_ORDER).expectInReply("SEQ-MAIL-MISSING");
        }
    }

    @Test
    void aSenderThatJamesRefusedOpensNoTransaction() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("MAIL FROM:alice").expect("501")
                .send("RCPT TO:<bob@localhost>").expect(OUT_OF_ORDER).expectInReply("SEQ-MAIL-MISSING");
            delivers(wire, "aSenderThatJamesRefusedOpensNoTransaction");
        }
    }

    @Test
    void aSecondSenderIsRefusedAndTheTransactionGoesOn() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("MAIL FROM:<alice@localhost>").expect("250")
                .send("RCPT TO:<bob@localhost>").expect("250")
                .send("MAIL FROM:<dave@localhost>").expect("503").expectReply(refusal(OUT_OF_ORDER,
                    "MAIL refused: a mail transaction is already open", "SEQ-MAIL-NESTED")
                    .state("EHLO done, sender <alice@localhost>, 1 recipient accepted")
                    .next("DATA | RCPT TO:<address> | RSET | QUIT"))
                .send("RCPT TO:<carol@localhost>").expect("250")
                .send("DATA").expect("354")
                .message("Subject: aSecondSender", "", "body").expect("250");
        }
        assertThat(Mailbox.of("bob", server.imap()).awaitMessageWith("Subject: aSecondSender"))
            .contains("Return-Path: <alice@localhost>");
        assertThat(Mailbox.of("carol", server.imap()).awaitMessageWith("Subject: aSecondSender")).isNotEmpty();
    }

    @Test
    void contentNeedsARecipient() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("MAIL FROM:<alice@localhost>").expect("250")
                .send("DATA").expect("503").expectReply(refusal(OUT_OF_ORDER, "DATA refused: no recipient has been accepted yet",
                    "SEQ-RCPT-MISSING").state(SENDER_GIVEN).next(RECIPIENT_WANTED));
            goesOn(wire, "contentNeedsARecipient");
        }
    }

    @Test
    void whereEveryRecipientWasRefusedContentIsRefusedWithEachReason() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("MAIL FROM:<alice@localhost>").expect("250").send("RCPT TO:<nobody-here@localhost>").expect("550");
            String unknown = wire.reply().text();
            wire.send("RCPT TO:<erin@elsewhere.example>").expect("530");
            String remote = "530 5.7.0 RCPT refused: you have to authenticate first [AUTH-REQUIRED]";
            wire.send("DATA").expect("554").expectReply(refusal("554 5.5.1", "DATA refused: every recipient was refused",
                    "SEQ-RCPT-REFUSED")
                    .detail("<nobody-here@localhost>: " + unknown)
                    .detail("<erin@elsewhere.example>: " + remote)
                    .state(SENDER_GIVEN + ", 2 refused")
                    .next("RSET | RCPT TO:<address> | QUIT"));
            goesOn(wire, "whereEveryRecipientWasRefused");
        }
    }

    @Test
    void refusedRecipientsAreForgottenWithTheirTransaction() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("MAIL FROM:<alice@localhost>").expect("250")
                .send("RCPT TO:<nobody-here@localhost>").expect("550")
                .send("RSET").expect("250")
                .send("MAIL FROM:<alice@localhost>").expect("250")
                .send("DATA").expect("503").expectInReply("SEQ-RCPT-MISSING").expectNotInReply("nobody-here");
        }
    }

    @Test
    void authIsRefusedInATransactionAndTheTransactionGoesOn() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("MAIL FROM:<alice@localhost>").expect("250")
                .send(AUTH).expect("503").expectReply(refusal(OUT_OF_ORDER, "AUTH refused: a mail transaction is open",
                    "SEQ-AUTH-IN-TRANSACTION").state(SENDER_GIVEN).next(RECIPIENT_WANTED));
            goesOn(wire, "authIsRefusedInATransaction");
            wire.send(AUTH).expect("235 2.7.0");
        }
    }

    @Test
    void authIsTakenOnceAndTheLoginStays() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send(AUTH).expect("235")
                .send(AUTH).expect("503").expectReply(refusal(OUT_OF_ORDER, "AUTH refused: the session is already authenticated",
                    "SEQ-AUTH-REPEATED").state("EHLO done, authenticated, no mail transaction open").next("MAIL FROM:<address> | QUIT"))
                .send("MAIL FROM:<alice@localhost>").expect("250")
                .send("RCPT TO:<erin@elsewhere.example>").expect("250")
                .send("RSET").expect("250");
            delivers(wire, "authIsTakenOnce");
        }
    }

    @Test
    void starttlsIsTakenOnce() {
        try (WireScript wire = greeted(server.submission())) {
            wire.startTls()
                .send("STARTTLS").expect("503").expectReply(refusal(OUT_OF_ORDER, "STARTTLS refused: TLS is already active",
                    "SEQ-STARTTLS-REPEATED").state("TLS active, no EHLO since STARTTLS").next(GREET))
                .send("EHLO client.example").expect("250")
                .send(AUTH).expect("235");
            delivers(wire, "starttlsIsTakenOnce");
        }
    }

    @Test
    void starttlsIsRefusedWhereTlsWasThereFromTheStart() {
        try (WireScript wire = tlsWire(server.smtps())) {
            wire.expect("220").send("EHLO client.example").expect("250")
                .send("STARTTLS").expect("503").expectReply(refusal(OUT_OF_ORDER, "STARTTLS refused: TLS is already active",
                    "SEQ-STARTTLS-REPEATED").state("TLS active, " + GREETED).next(MAIL_OR_AUTH));
            delivers(wire, "starttlsWhereTlsWasThere");
        }
    }

    @Test
    void starttlsIsRefusedInATransactionAndTakenAfterIt() {
        try (WireScript wire = greeted(server.submission())) {
            wire.send("MAIL FROM:<alice@localhost>").expect("250")
                .send("STARTTLS").expect("503").expectReply(refusal(OUT_OF_ORDER, "STARTTLS refused: a mail transaction is open",
                    "SEQ-STARTTLS-IN-TRANSACTION").state(SENDER_GIVEN).next(RECIPIENT_WANTED));
            goesOn(wire, "starttlsInATransaction");
            wire.startTls().send("EHLO client.example").expect("250").send(AUTH).expect("235");
        }
    }

    @Test
    void aRefusedStarttlsLeavesTheNextOneAsGuardedAsTheFirst() {
        try (WireScript wire = greeted(server.submission())) {
            wire.send("MAIL FROM:<alice@localhost>").expect("250")
                .send("STARTTLS").expect(OUT_OF_ORDER)
                .send("RSET").expect("250")
                // Commands in the clear behind STARTTLS, as somebody on the way would inject them.
                .pipeline("STARTTLS", "NOOP").expect("503 5.5.1 STARTTLS refused").expect("503 5.5.1 NOOP refused")
                .send("NOOP").expect("250")
                .startTls().send("EHLO client.example").expect("250");
        }
    }

    /** RFC 2920 3.2: replies come in the order of the commands. Too early or too long: that depends on what was read together. */
    @ParameterizedTest
    @CsvSource({"EHLO client.example, 250", "AUTH PLAIN AGFsaWNlQGxvY2FsaG9zdAB3cm9uZw==, 535", "DATA, 503"})
    void aLineThatIsTooLongIsAnsweredInItsTurn(String command, String code) {
        try (WireScript wire = greeted(server.smtp())) {
            wire.pipeline(command, "NOOP " + "x".repeat(9000)).expect(code).expectMatch("^50[03][ -]").send("NOOP").expect("250");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAIL FROM:<alice@localhost>", "RCPT TO:<bob@localhost>", "DATA", "AUTH PLAIN ="})
    void tlsVoidsTheGreeting(String command) {
        try (WireScript wire = greeted(server.submission())) {
            wire.startTls()
                .send(command).expect("503").expectReply(refusal(OUT_OF_ORDER,
                    verb(command) + " refused: STARTTLS voided the greeting; send EHLO again", "SEQ-EHLO-AFTER-TLS")
                    .state("TLS active, no EHLO since STARTTLS").next(GREET))
                .send("EHLO client.example").expect("250");
            delivers(wire, "tlsVoidsTheGreeting");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "EHLO | it requires your domain as its argument",
        "HELO | it requires your domain as its argument",
        "DATA now | it takes no argument",
        "RSET now | it takes no argument",
        "QUIT now | it takes no argument"})
    void aWrongArgumentChangesNothing(String command, String cause) {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("MAIL FROM:<alice@localhost>").expect("250")
                .send(command).expect("501").expectReply(refusal("501 5.5.4", verb(command) + " refused: " + cause, "SYN-ARGUMENT")
                    .state(SENDER_GIVEN).next(RECIPIENT_WANTED));
            goesOn(wire, "aWrongArgument");
        }
    }

    @Test
    void authNeedsAMechanism() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH").expect("501").expectReply(refusal("501 5.5.4", "AUTH refused: it requires a mechanism as its argument",
                    "SYN-ARGUMENT").state(GREETED).next(MAIL_OR_AUTH))
                .send(AUTH).expect("235");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"FROB x | Command", "frob | Command", "EHLOX client.example | Command", "STARTTLS | STARTTLS"})
    void anUnknownCommandChangesNothing(String command, String named) {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("MAIL FROM:<alice@localhost>").expect("250").send("RSET").expect("250")
                .send(command).expect("500").expectReply(refusal("500 5.5.1", named + " refused: unknown command",
                    "SYN-COMMAND").state(GREETED).next(MAIL_OR_AUTH));
            delivers(wire, "anUnknownCommand");
        }
    }

    @Test
    void whatAClientSentIsShownCleanedAndCut() {
        try (WireScript wire = greeted(server.smtp())) {
            // What is no command may be a password that lost its place: it does not come back.
            wire.sendRaw("F\u0080\u00fcR x\r\n").expect("500 5.5.1 Command refused").expectReply(Refusal::keepsToTheProtocol)
                .send("X".repeat(1500)).expect("500 5.5.1 Command refused").expectReply(Refusal::keepsToTheProtocol);
            wire.send("MAIL FROM:<" + "a".repeat(200) + "@" + "b".repeat(60) + ".example>").expect("250")
                .send("DATA").expect(OUT_OF_ORDER).expectReply(Refusal::keepsToTheProtocol).expectInReply("sender <a+\\.\\.\\.>")
                .send("RSET").expect("250");
            delivers(wire, "cleanedAndCut");
        }
    }

    @Test
    void theReferenceOfARefusalLeadsToItsLineInTheLog() {
        try (WireScript wire = greeted(server.smtp())) {
            String session = Refusal.session(wire.send("DATA").read());

            assertThat(server.log().lines())
                .anyMatch(line -> line.contains("503 SEQ-MAIL-MISSING refused DATA") && line.contains("session=" + session));
        }
    }

    private static WireScript greeted(InetSocketAddress address) {
        return wire(address).expect("220").send("EHLO client.example").expect("250");
    }

    /** A message from the next command on. */
    private static void delivers(WireScript wire, String test) {
        wire.send("MAIL FROM:<alice@localhost>").expect("250");
        goesOn(wire, test);
    }

    /** The rest of a message whose sender the server has. */
    private static void goesOn(WireScript wire, String test) {
        String subject = test + " " + UUID.randomUUID();
        wire.send("RCPT TO:<bob@localhost>").expect("250")
            .send("DATA").expect("354")
            .message("Subject: " + subject, "", "body").expect("250 2.6.0");
        Mailbox.of("bob", server.imap()).awaitMessageWith("Subject: " + subject);
    }

    private static String verb(String command) {
        return command.split(" ")[0];
    }
}
