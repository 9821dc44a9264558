package org.smtpguard.it;

import static org.smtpguard.it.wire.WireScript.base64;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.ScramClient;
import org.smtpguard.it.wire.WireScript;

/** What {@code conf/} offers as it comes, which is what the demo is. */
class SampleConfigurationIT {
    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = JamesServer.asShipped().start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice@localhost", "bob@localhost"})
    void bothUsersLogInByEveryMechanism(String user) {
        ScramClient scram = ScramClient.of("SCRAM-SHA-256", user, "secret");
        try (WireScript wire = greeted(wire(server.smtp()))) {
            wire.send("AUTH SCRAM-SHA-256 " + base64(scram.first())).expect("334 ");
            wire.send(base64(scram.last(wire.reply()))).expectLine("334 " + base64(scram.serverProof())).send("").expect("235");
        }
        try (WireScript wire = greeted(wire(server.smtp()))) {
            wire.send("AUTH PLAIN " + plain(user, "wrong")).expect("535").send("AUTH PLAIN " + plain(user, "secret")).expect("235");
        }
        try (WireScript wire = greeted(tlsWire(server.smtps()))) {
            wire.send("AUTH LOGIN").expect("334").send(base64(user)).expect("334").send(base64("secret")).expect("235");
        }
    }

    @Test
    void submissionOffersThemUnderTls() {
        try (WireScript wire = wire(server.submission()).expect("220").send("EHLO client.example").expect("250")) {
            greeted(wire.expectNotInReply("AUTH").startTls(), "SCRAM-SHA-256 PLAIN LOGIN");
        }
    }

    private static WireScript greeted(WireScript wire) {
        return greeted(wire.expect("220"), "SCRAM-SHA-256 PLAIN LOGIN");
    }

    private static WireScript greeted(WireScript wire, String mechanisms) {
        return wire.send("EHLO client.example").expect("250").expectInReply("^250.AUTH " + mechanisms + "$");
    }
}
