package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Mailbox;
import org.smtpguard.it.wire.WireScript;

/**
 * What James does without us: the ground on which the other tests stand, and the faults for which this project exists.
 */
class StockJamesIT {
    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = JamesServer.sharedStock();
    }

    @Test
    void deliversToItsUsers() {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220")
                .send("EHLO client.example").expect("250")
                .send("MAIL FROM:<bob@localhost>").expect("250 2.1.0")
                .send("RCPT TO:<alice@localhost>").expect("250 2.1.5")
                .send("DATA").expect("354")
                .message("Subject: deliversToItsUsers", "", ".a dot at the start of a line")
                .expect("250 2.6.0")
                .send("QUIT").expect("221").expectClosed();
        }

        assertThat(Mailbox.of("alice", server.imap()).awaitMessageWith("Subject: deliversToItsUsers"))
            .contains("\r\n.a dot at the start of a line");
        assertThat(Mailbox.of("bob", server.imap()).messagesWith("Subject: deliversToItsUsers")).isEmpty();
    }

    @Test
    void mailsTheRecipientsOfAnAbandonedTransactionToo() {
        try (WireScript wire = wire(server.smtp())) {
            wire.play(String.join("\n",
                "S: 220",
                "C: EHLO client.example",
                "S: 250",
                "C: MAIL FROM:<a@localhost>",
                "S: 250",
                "C: RCPT TO:<carol@localhost>",
                "S: 250",
                "# A second sender inside of a transaction is refused, and takes the first sender away, but not the recipient.",
                "C: MAIL FROM:<b@localhost>",
                "S: 503",
                "C: MAIL FROM:<c@localhost>",
                "S: 250",
                "C: RCPT TO:<dave@localhost>",
                "S: 250",
                "C: DATA",
                "S: 354"));
            wire.message("Subject: for dave alone", "", "body").expect("250");
        }

        assertThat(Mailbox.of("dave", server.imap()).awaitMessageWith("Subject: for dave alone")).isNotEmpty();
        assertThat(Mailbox.of("carol", server.imap()).awaitMessageWith("Subject: for dave alone")).isNotEmpty();
    }

    @Test
    void knowsItsUsersByTheirJamesPasswordAlone() {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220")
                .send("EHLO client.example").expect("250").expectInReply("AUTH.* PLAIN")
                .send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("535")
                .send("AUTH PLAIN " + plain("alice@localhost", "james-password-of-alice")).expect("235");
        }
    }

    @Test
    void takesPasswordsUnderTls() {
        try (WireScript wire = wire(server.submission())) {
            wire.expect("220")
                .send("EHLO client.example").expect("250").expectInReply("STARTTLS").expectNotInReply("AUTH")
                .startTls()
                .send("EHLO client.example").expect("250").expectInReply("AUTH")
                .send("AUTH PLAIN " + plain("bob@localhost", "james-password-of-bob")).expect("235");
        }
        try (WireScript wire = tlsWire(server.smtps())) {
            wire.expect("220")
                .send("EHLO client.example").expect("250").expectInReply("AUTH")
                .send("AUTH PLAIN " + plain("bob@localhost", "james-password-of-bob")).expect("235");
        }
    }
}
