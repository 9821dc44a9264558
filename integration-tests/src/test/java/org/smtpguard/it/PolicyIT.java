package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Mailbox;
import org.smtpguard.it.wire.WireScript;

/** Where the operator's own policies, and modes, meet what holds whatever they say. */
class PolicyIT {
    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = JamesServer.guarded()
            .editPort(Endpoint.SMTP, port -> port.replace("<handler class=\"org.apache.james.smtpserver.fastfail.ValidRcptHandler\"/>",
                "<handler class=\"org.apache.james.smtpserver.fastfail.ValidRcptHandler\"/>"
                    + "<handler class=\"org.smtpguard.fixture.RefusedName\"/>"))
            .editPort(Endpoint.SUBMISSION, port -> port.replace("<mode>enforce</mode>", "<mode>off</mode>"))
            .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** RFC 5321 4.1.1.1: the server stays in the state in which it was. James by itself forgets the transaction. */
    @ParameterizedTest
    @ValueSource(strings = {"EHLO", "HELO"})
    void aRefusedGreetingLeavesTheTransactionAsItWas(String verb) {
        String subject = "Subject: refused " + verb;
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220")
                .send("EHLO client.example").expect("250")
                .send("MAIL FROM:<alice@localhost>").expect("250")
                .send("RCPT TO:<bob@localhost>").expect("250")
                .send(verb + " refused.example").expect("550")
                .send("DATA").expect("354")
                .message(subject, "", "body").expect("250");
        }

        assertThat(Mailbox.of("bob", server.imap()).awaitMessageWith(subject)).contains("(EHLO client.example)");
    }

    @Test
    void noModeMakesAuthLessStrict() {
        try (WireScript wire = wire(server.submission())) {
            wire.expect("220")
                .send("EHLO client.example").expect("250").expectNotInReply("AUTH")
                .send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("538 5.7.11")
                .send("AUTH LOGIN").expect("538 5.7.11")
                .startTls().send("EHLO client.example").expect("250").expectInReply("AUTH PLAIN LOGIN")
                .send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("235")
                .send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("503 5.5.1");
        }
    }
}
