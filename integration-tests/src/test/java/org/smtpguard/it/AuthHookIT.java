package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Mailbox;
import org.smtpguard.it.wire.WireScript;

/** Chains that keep James' own AUTH and ask our backends through a hook; and what a login leaves on the mail where AUTH is ours. */
class AuthHookIT {
    private static final String HOOKED = "<handlerchain>"
        + "<handler class=\"org.smtpguard.james.BackendAuthHook\">%s</handler>"
        + "<handler class=\"org.apache.james.smtpserver.fastfail.ValidRcptHandler\"/>"
        + "<handler class=\"org.apache.james.smtpserver.CoreCmdHandlerLoader\"/>"
        + "</handlerchain>";
    private static final String FILE = "<backend class=\"FileBackend\" name=\"apps\"><file>file://conf/smtp-users</file></backend>";
    private static final String DOWN = "<backend class=\"org.smtpguard.fixture.DownBackend\" name=\"down\"/>";

    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = JamesServer.guarded()
            .withChain(Endpoint.SMTP, HOOKED.replace("%s", FILE))
            .withChain(Endpoint.SUBMISSION, HOOKED.replace("%s", DOWN))
            .editConf("mailetcontainer.xml", conf -> conf.replaceFirst("(<processor state=\"transport\"[^>]*>)", "$1"
                + "<mailet match=\"HasMailAttributeWithValue=smtpguard.auth.mechanism,PLAIN\" class=\"SetMimeHeader\">"
                + "<name>X-Mechanism</name><value>PLAIN</value></mailet>"
                + "<mailet match=\"HasMailAttributeWithValue=smtpguard.auth.backend,apps\" class=\"SetMimeHeader\">"
                + "<name>X-Backend</name><value>apps</value></mailet>"
                + "<mailet match=\"HasMailAttribute=smtpguard.auth.tls\" class=\"SetMimeHeader\">"
                + "<name>X-Tls</name><value>known</value></mailet>"))
            .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void jamesAsksTheBackendsThroughTheHook() {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220").send("EHLO client.example").expect("250")
                .send("AUTH PLAIN " + plain("alice@localhost", "wrong")).expect("535 5.7.8")
                .send("AUTH PLAIN " + plain("nobody@localhost", "secret")).expect("535 5.7.8")
                .send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("235 2.7.0")
                .send("MAIL FROM:<alice@localhost>").expect("250")
                .send("RCPT TO:<erin@elsewhere.example>").expect("250");
        }
    }

    @Test
    void anOutageIsNoWrongPassword() {
        try (WireScript wire = wire(server.submission())) {
            wire.expect("220").startTls().send("EHLO client.example").expect("250")
                .send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("454 4.7.0");
        }
    }

    @Test
    void aMailTellsHowItsSenderWasAuthenticated() {
        deliver(true, "Subject: authenticated");
        deliver(false, "Subject: anonymous");

        assertThat(Mailbox.of("bob", server.imap()).awaitMessageWith("Subject: authenticated"))
            .contains("X-Mechanism: PLAIN", "X-Backend: apps", "X-Tls: known");
        assertThat(Mailbox.of("bob", server.imap()).awaitMessageWith("Subject: anonymous"))
            .doesNotContain("X-Mechanism", "X-Backend", "X-Tls");
    }

    private static void deliver(boolean authenticated, String subject) {
        try (WireScript wire = tlsWire(server.smtps())) {
            wire.expect("220").send("EHLO client.example").expect("250");
            if (authenticated) {
                wire.send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("235");
            }
            wire.send("MAIL FROM:<alice@localhost>").expect("250").send("RCPT TO:<bob@localhost>").expect("250")
                .send("DATA").expect("354").message(subject, "", "body").expect("250");
        }
    }
}
