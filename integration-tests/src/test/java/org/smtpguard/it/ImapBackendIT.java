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
import org.smtpguard.it.server.LoggedErrors;
import org.smtpguard.it.wire.WireScript;

/** SMTP AUTH by the passwords of an IMAP server: James' own, in clear text and by STARTTLS; and one that is not there. */
class ImapBackendIT {
    private static final String IMAP_PASSWORD = "james-password-of-alice";
    private static final String FILE = "<backend class=\"FileBackend\" name=\"apps\">\\s*<file>file://conf/smtp-users</file>\\s*</backend>";
    private static final String TLS = "<tls socketTLS=\"false\" startTLS=\"true\"><keystore>file://conf/keystore</keystore>"
        + "<keystoreType>PKCS12</keystoreType><secret>james72laBalle</secret></tls>";

    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = JamesServer.guarded()
            .editConf("imapserver.xml", conf -> conf.replace("<tls socketTLS=\"false\" startTLS=\"false\"/>", TLS))
            .editPort(Endpoint.SMTP, port -> port.replaceAll(FILE, "<backend class=\"ImapBackend\" name=\"imap\">"
                + "<address>127.0.0.1:2143</address><tls>none</tls></backend>"))
            .editPort(Endpoint.SUBMISSION, port -> port.replaceAll(FILE, "<backend class=\"ImapBackend\" name=\"imap-tls\">"
                + "<address>127.0.0.1:2143</address><tls>starttls</tls><trustStore>file://conf/keystore</trustStore>"
                + "<trustStorePassword>james72laBalle</trustStorePassword><timeout>20s</timeout></backend>"))
            .editPort(Endpoint.SMTPS, port -> port.replaceAll(FILE, "<backend class=\"ImapBackend\" name=\"gone\">"
                + "<address>127.0.0.1:1</address></backend>"))
            .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void takesThePasswordOfTheImapServerAndNoOther() {
        authenticates(wire(server.smtp()).expect("220"));
    }

    @Test
    void asksUnderTls() {
        authenticates(wire(server.submission()).expect("220").send("EHLO client.example").expect("250").startTls());
    }

    private static void authenticates(WireScript connected) {
        try (WireScript wire = connected) {
            wire.send("EHLO client.example").expect("250")
                .send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("535 5.7.8")
                .send("AUTH PLAIN " + plain("nobody@localhost", IMAP_PASSWORD)).expect("535 5.7.8")
                .send("AUTH PLAIN " + plain("alice@localhost\r\na3 NOOP", IMAP_PASSWORD)).expect("535 5.7.8")
                .send("AUTH PLAIN " + plain("Alice@localhost", IMAP_PASSWORD)).expect("235 2.7.0")
                .send("MAIL FROM:<alice@localhost>").expect("250");
        }
    }

    @Test
    void anOutageIsNoWrongPassword() {
        try (WireScript wire = tlsWire(server.smtps())) {
            wire.expect("220").send("EHLO client.example").expect("250")
                .send("AUTH PLAIN " + plain("alice@localhost", IMAP_PASSWORD)).expect("454 4.7.0")
                .send("NOOP").expect("250");
        }
        assertThat(server.log()).contains("Backend gone is unavailable: java.net.ConnectException");
    }

    @Test
    void theImapServerSeesNothingWorthAnError() {
        takesThePasswordOfTheImapServerAndNoOther();
        asksUnderTls();

        assertThat(LoggedErrors.of(server).counts()).isEmpty();
    }
}
