package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.wire;

import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Mailbox;
import org.smtpguard.it.wire.WireScript;

/**
 * No message reaches the recipients of another transaction, whatever the client does after a refused MAIL. What stock
 * James does with the same dialogue stands in {@link StockJamesIT}.
 */
class LeakIT {
    private static JamesServer server;

    private String subject;

    @BeforeAll
    static void start() {
        server = JamesServer.sharedGuarded();
    }

    @BeforeEach
    void nameTheMessage(TestInfo test) {
        subject = "LeakIT " + test.getTestMethod().orElseThrow().getName();
    }

    @Test
    void whoResetsReachesTheNewRecipientAlone() {
        try (WireScript wire = abandoned()) {
            wire.send("RSET").expect("250");
            toDave(wire, "for dave alone");
        }

        assertThat(delivered("dave", "for dave alone")).isNotEmpty();
        assertThat(inboxOf("carol")).noneMatch(message -> message.contains(subject));
    }

    @Test
    void whoGreetsAnewReachesTheNewRecipientAlone() {
        try (WireScript wire = abandoned()) {
            wire.send("EHLO client.example").expect("250");
            toDave(wire, "for dave alone");
        }

        assertThat(delivered("dave", "for dave alone")).isNotEmpty();
        assertThat(inboxOf("carol")).noneMatch(message -> message.contains(subject));
    }

    @Test
    void whoFollowsTheFirstProposalDeliversTheOpenMessageFirstAndTheNextToItsOwnRecipientAlone() {
        try (WireScript wire = abandoned()) {
            String proposal = wire.reply().lines().stream().filter(line -> line.contains(" Next: ")).findFirst().orElseThrow()
                .replaceFirst(".* Next: ", "").split(" \\| ")[0];
            wire.send(proposal).expect("354")
                .message("Subject: " + subject + " for carol alone", "", "body").expect("250");
            toDave(wire, "for dave alone");
        }

        assertThat(delivered("dave", "for dave alone")).contains("Return-Path: <c@localhost>");
        assertThat(delivered("carol", "for carol alone")).contains("Return-Path: <a@localhost>");
        assertThat(inboxOf("carol")).noneMatch(message -> message.contains(subject + " for dave alone"));
        assertThat(inboxOf("dave")).noneMatch(message -> message.contains(subject + " for carol alone"));
    }

    @Test
    void whoDoesNotListenReachesTheRecipientsThatTheTransactionHadAllAlong() {
        try (WireScript wire = abandoned()) {
            wire.send("DATA").expect("354").message("Subject: " + subject, "", "body").expect("250")
                .send("RCPT TO:<dave@localhost>").expect("503 5.5.1").expectInReply("SEQ-MAIL-MISSING");
        }

        assertThat(delivered("carol", "")).contains("Return-Path: <a@localhost>");
        assertThat(inboxOf("dave")).noneMatch(message -> message.contains(subject));
    }

    @Test
    void recipientsAreForgottenWithTheMessageTheyWereFor() {
        try (WireScript wire = abandoned()) {
            wire.send("RSET").expect("250")
                .send("MAIL FROM:<c@localhost>").expect("250")
                .send("DATA").expect("503 5.5.1").expectInReply("SEQ-RCPT-MISSING");
        }
    }

    /** MAIL a, RCPT carol, and a second MAIL, which is refused as often as it comes. */
    private static WireScript abandoned() {
        WireScript wire = wire(server.smtp())
            .expect("220")
            .send("EHLO client.example").expect("250")
            .send("MAIL FROM:<a@localhost>").expect("250")
            .send("RCPT TO:<carol@localhost>").expect("250");
        for (String sender : List.of("b", "c", "a", "c")) {
            wire.send("MAIL FROM:<" + sender + "@localhost>").expect("503 5.5.1").expectInReply("SEQ-MAIL-NESTED")
                .expectInReply(" State: .*sender <a@localhost>, 1 recipient accepted$").expectInReply(" Next: DATA .*\\| RSET \\|");
        }
        return wire;
    }

    private void toDave(WireScript wire, String remark) {
        wire.send("MAIL FROM:<c@localhost>").expect("250")
            .send("RCPT TO:<dave@localhost>").expect("250")
            .send("DATA").expect("354")
            .message("Subject: " + subject + " " + remark, "", "body").expect("250");
    }

    private String delivered(String name, String remark) {
        return Mailbox.of(name, server.imap()).awaitMessageWith(("Subject: " + subject + " " + remark).strip());
    }

    /** To be read once the message has reached somebody: one mail's recipients are delivered to in one go. */
    private static List<String> inboxOf(String name) {
        return Mailbox.of(name, server.imap()).messages();
    }
}
