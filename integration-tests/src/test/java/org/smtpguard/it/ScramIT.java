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

/** SCRAM (RFC 5802, RFC 7677) against keys in a file; the client here is written from the RFC. */
class ScramIT {
    private static final String MECHANISM = "SCRAM-SHA-256";
    private static final String ALICE = "alice@localhost";

    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = JamesServer.guarded()
            .withConf("smtp-users", ALICE + ":" + ScramClient.keys(MECHANISM, "secret") + "\n")
            .editConf("smtpserver.xml", conf -> conf.replace("<mechanisms>PLAIN LOGIN</mechanisms>",
                "<mechanisms>SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN</mechanisms>").replaceAll("<greeting .*?/>", ""))
            .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void isAnnouncedTheStrongestFirstAndWithChannelBindingOnlyWhereThereIsAChannel() {
        try (WireScript clear = wire(server.smtp()); WireScript tls = tlsWire(server.smtps())) {
            clear.expect("220").send("EHLO client.example").expect("250").expectInReply("^250-AUTH SCRAM-SHA-256 PLAIN LOGIN$")
                .send("AUTH SCRAM-SHA-256-PLUS").expect("504 5.5.4");
            tls.expect("220").send("EHLO client.example").expect("250")
                .expectInReply("^250-AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN$");
        }
    }

    @Test
    void logsInAndTheServerProvesThatItKnowsTheKeys() {
        try (WireScript wire = greeted()) {
            ScramClient client = ScramClient.of(MECHANISM, ALICE, "secret");
            wire.send("AUTH SCRAM-SHA-256 " + base64(client.first())).expect("334 ");
            wire.send(base64(client.last(wire.reply()))).expectLine("334 " + base64(client.serverProof()))
                .send("").expectLine("235 2.7.0 ")
                .send("MAIL FROM:<alice@localhost>").expect("250")
                .send("RCPT TO:<erin@elsewhere.example>").expect("250");
        }
    }

    @Test
    void takesTheFirstMessageAfterAnEmptyChallengeToo() {
        try (WireScript wire = greeted()) {
            ScramClient client = ScramClient.of(MECHANISM, ALICE, "secret");
            wire.send("AUTH SCRAM-SHA-256").expectLine("334 ").send(base64(client.first())).expect("334 ");
            wire.send(base64(client.last(wire.reply()))).expect("334").send("").expectLine("235 2.7.0 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ALICE, "nobody@localhost"})
    void refusesAWrongPasswordAndAStrangerInTheSameWords(String user) {
        try (WireScript wire = greeted()) {
            ScramClient client = ScramClient.of(MECHANISM, user, "wrong");
            wire.send("AUTH SCRAM-SHA-256 " + base64(client.first())).expect("334 ");
            wire.send(base64(client.last(wire.reply()))).expect("535 5.7.8")
                .expectInReply("^535-5.7.8 AUTH refused: the user name or the password is wrong \\[AUTH-CREDENTIALS]$")
                .send("NOOP").expect("250");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"n,,x", "y", "n,,n=alice@localhost"})
    void refusesWhatIsNoMessageOfIt(String message) {
        try (WireScript wire = greeted()) {
            wire.send("AUTH SCRAM-SHA-256 " + base64(message)).expect("501 5.5.2").send("NOOP").expect("250");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice@localhost\0", "\0alice@localhost", "alice\0@localhost", "\0"})
    void refusesANameWithNul(String user) {
        try (WireScript wire = greeted()) {
            wire.send("AUTH SCRAM-SHA-256 " + base64(ScramClient.of(MECHANISM, user, "secret").first())).expect("501 5.5.2")
                .send("NOOP").expectLine("250 ")
                .send("AUTH PLAIN " + plain(ALICE, "secret")).expectLine("235 2.7.0 ");
        }
    }

    @Test
    void aNulInTheNameOrThePasswordIsRefused() {
        NulCredentials.areRefused(ScramIT::greeted, ALICE, "secret");
    }

    @Test
    void canBeCancelled() {
        try (WireScript wire = greeted()) {
            wire.send("AUTH SCRAM-SHA-256 " + base64(ScramClient.of(MECHANISM, ALICE, "secret").first())).expect("334")
                .send("*").expect("501 5.7.0").send("NOOP").expect("250");
        }
    }

    @Test
    void aPasswordIsCheckedAgainstTheSameKeys() {
        try (WireScript wire = greeted()) {
            wire.send("AUTH PLAIN " + plain(ALICE, "wrong")).expect("535")
                .send("AUTH PLAIN " + plain(ALICE, "secret")).expect("235");
        }
    }

    private static WireScript greeted() {
        return wire(server.smtp()).expect("220").send("EHLO client.example").expect("250");
    }
}
