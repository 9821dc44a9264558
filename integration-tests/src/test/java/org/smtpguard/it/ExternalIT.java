package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.smtpguard.it.wire.WireScript.base64;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import java.util.Base64;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.ClientCertificate;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.WireScript;

/**
 * EXTERNAL (RFC 4422 appendix A): the client is who its certificate says. Under STARTTLS the server takes the mail address in
 * it for the user's name, over TLS the common name.
 */
class ExternalIT {
    private static final ClientCertificate ALICE = ClientCertificate.of("CN=carol@localhost", "dns:alice.example,email:alice@localhost");
    private static final ClientCertificate NO_MAIL = ClientCertificate.of("CN=carol@localhost", "dns:alice.example");
    private static final ClientCertificate NO_NAME = ClientCertificate.of("O=nobody", "");

    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = JamesServer.guarded()
            .editConf("smtpserver.xml", conf -> conf
                .replace("<mechanisms>PLAIN LOGIN</mechanisms>", "<mechanisms>EXTERNAL PLAIN</mechanisms>")
                .replaceAll("<greeting .*?/>", ""))
            .editPort(Endpoint.SMTPS, port -> port.replace("</mechanisms>", "</mechanisms><clientCertificate name=\"cn\"/>"))
            .trusting(ALICE, NO_MAIL, NO_NAME)
            .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void isAnnouncedOnceThereIsACertificateWithAMailAddress() {
        try (WireScript wire = wire(server.submission()).presenting(ALICE.keyManagers())) {
            wire.expect("220").send("EHLO client.example").expect("250").expectNotInReply("AUTH")
                .send("AUTH EXTERNAL =").expect("538 5.7.11")
                .startTls().send("EHLO client.example").expect("250").expectInReply("^250-AUTH EXTERNAL PLAIN$");
        }
    }

    @Test
    void logsInWithAnInitialResponseAndDelivers() {
        try (WireScript wire = startTls(ALICE)) {
            delivers(wire.send("AUTH EXTERNAL =").expectLine("235 2.7.0 "));
        }
    }

    @Test
    void logsInAfterAnEmptyChallenge() {
        try (WireScript wire = startTls(ALICE)) {
            delivers(wire.send("auth external").expectMatch("^334 $").send("").expectLine("235 2.7.0 "));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice@localhost", "Alice@LOCALHOST"})
    void logsInWithTheOwnAuthorizationIdentity(String identity) {
        try (WireScript wire = startTls(ALICE)) {
            delivers(wire.send("AUTH EXTERNAL " + base64(identity)).expectLine("235 2.7.0 "));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bob@localhost", "alice", "carol@localhost", "two words@@"})
    void refusesAForeignAuthorizationIdentity(String identity) {
        try (WireScript wire = startTls(ALICE)) {
            wire.send("AUTH EXTERNAL " + base64(identity)).expect("535 5.7.8").expectInReply("\\[AUTH-IDENTITY]$")
                .send("AUTH EXTERNAL").expect("334").send(base64(identity)).expect("535 5.7.8").expectInReply("\\[AUTH-IDENTITY]$");
            delivers(wire.send("AUTH EXTERNAL =").expectLine("235 2.7.0 "));
        }
    }

    @Test
    void takesTheCommonNameWhereThePortSaysSo() {
        try (WireScript wire = tls(ALICE)) {
            delivers(wire.send("AUTH EXTERNAL " + base64("alice@localhost")).expect("535 5.7.8")
                .send("AUTH EXTERNAL " + base64("carol@localhost")).expectLine("235 2.7.0 "));
        }
        try (WireScript wire = tls(NO_MAIL)) {
            delivers(wire.expectInReply("^250-AUTH EXTERNAL PLAIN$").send("AUTH EXTERNAL =").expectLine("235 2.7.0 "));
        }
    }

    @Test
    void isNeitherAnnouncedNorTakenWhereTheCertificateHasNoSuchName() {
        try (WireScript noMail = startTls(NO_MAIL); WireScript noName = tls(NO_NAME)) {
            for (WireScript wire : new WireScript[] {noMail, noName}) {
                delivers(wire.expectInReply("^250-AUTH PLAIN$")
                    .send("AUTH EXTERNAL =").expect("504 5.5.4").expectInReply("\\[AUTH-MECHANISM]$")
                    .send("AUTH EXTERNAL").expect("504 5.5.4")
                    .send("AUTH PLAIN " + plain("alice@localhost", "secret")).expectLine("235 2.7.0 "));
            }
        }
    }

    @Test
    void aMessageThatIsNoneIsRefused() {
        String notUtf8 = Base64.getEncoder().encodeToString(new byte[] {'a', (byte) 0xff});
        try (WireScript wire = startTls(ALICE)) {
            wire.send("AUTH EXTERNAL " + base64("alice@localhost\0")).expect("501 5.5.2").expectInReply("\\[AUTH-ENCODING]$")
                .send("AUTH EXTERNAL " + notUtf8).expect("501 5.5.2")
                .send("AUTH EXTERNAL !!!!").expect("501 5.5.2")
                .send("AUTH EXTERNAL").expect("334").send("=").expect("501 5.5.2")
                .send("AUTH EXTERNAL").expect("334").send("*").expect("501 5.7.0").expectInReply("\\[AUTH-CANCELLED]$");
            delivers(wire.send("AUTH EXTERNAL =").expectLine("235 2.7.0 "));
        }
    }

    /** James knows no other client authentication than that which everybody needs. */
    @Test
    void aClientWithoutACertificateIsNotEvenGreeted() {
        assertThatThrownBy(() -> {
            try (WireScript wire = tlsWire(server.smtps())) {
                wire.expect("220");
            }
        }).isInstanceOf(AssertionError.class).hasMessageMatching("(?s)(the connection broke|expected a reply, but the server hung up).*");
    }

    private static WireScript startTls(ClientCertificate certificate) {
        return wire(server.submission()).presenting(certificate.keyManagers()).expect("220").send("EHLO client.example").expect("250")
            .startTls().send("EHLO client.example").expect("250");
    }

    private static WireScript tls(ClientCertificate certificate) {
        return wire(server.smtps()).presenting(certificate.keyManagers()).handshake().expect("220")
            .send("EHLO client.example").expect("250");
    }

    private static void delivers(WireScript wire) {
        wire.send("MAIL FROM:<alice@localhost>").expect("250")
            .send("RCPT TO:<erin@elsewhere.example>").expect("250")
            .send("RSET").expect("250")
            .send("MAIL FROM:<alice@localhost>").expect("250")
            .send("RCPT TO:<bob@localhost>").expect("250")
            .send("DATA").expect("354").message("Subject: by certificate", "", "body").expect("250 2.6.0");
    }
}
