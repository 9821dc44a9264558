package org.smtpguard.it;

import static org.smtpguard.it.wire.WireScript.base64;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.WireScript;

/** SCRAM (RFC 5802, RFC 7677) against keys in a file; the client here is written from the RFC. */
class ScramIT {
    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final String FIRST = "n=alice@localhost,r=" + NONCE;

    private static JamesServer server;

    @BeforeAll
    static void start() throws GeneralSecurityException {
        server = JamesServer.guarded()
            .withConf("smtp-users", "alice@localhost:" + line("secret") + "\n")
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
    void logsInAndTheServerProvesThatItKnowsTheKeys() throws GeneralSecurityException {
        try (WireScript wire = greeted()) {
            Client client = new Client(wire, "secret");
            wire.send("AUTH SCRAM-SHA-256 " + base64("n,," + FIRST));
            client.answerTheChallenge().expectLine("334 " + base64("v=" + client.serverSignature()))
                .send("").expectLine("235 2.7.0 ")
                .send("MAIL FROM:<alice@localhost>").expect("250")
                .send("RCPT TO:<erin@elsewhere.example>").expect("250");
        }
    }

    @Test
    void takesTheFirstMessageAfterAnEmptyChallengeToo() throws GeneralSecurityException {
        try (WireScript wire = greeted()) {
            Client client = new Client(wire, "secret");
            wire.send("AUTH SCRAM-SHA-256").expectLine("334 ").send(base64("n,," + FIRST));
            client.answerTheChallenge().expect("334").send("").expectLine("235 2.7.0 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice@localhost", "nobody@localhost"})
    void refusesAWrongPasswordAndAStrangerInTheSameWords(String user) throws GeneralSecurityException {
        try (WireScript wire = greeted()) {
            Client client = new Client(wire, "wrong");
            wire.send("AUTH SCRAM-SHA-256 " + base64("n,,n=" + user + ",r=" + NONCE));
            client.answerTheChallenge().expect("535 5.7.8")
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

    @Test
    void canBeCancelled() {
        try (WireScript wire = greeted()) {
            wire.send("AUTH SCRAM-SHA-256 " + base64("n,," + FIRST)).expect("334").send("*").expect("501 5.7.0").send("NOOP").expect("250");
        }
    }

    @Test
    void aPasswordIsCheckedAgainstTheSameKeys() {
        try (WireScript wire = greeted()) {
            wire.send("AUTH PLAIN " + plain("alice@localhost", "wrong")).expect("535")
                .send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("235");
        }
    }

    private static WireScript greeted() {
        return wire(server.smtp()).expect("220").send("EHLO client.example").expect("250");
    }

    /** A line of Dovecot's: iterations, salt, stored key, server key. */
    private static String line(String password) throws GeneralSecurityException {
        byte[] salt = "sixteen octets!!".getBytes(StandardCharsets.US_ASCII);
        byte[] salted = salted(password, salt, 4096);
        byte[] stored = MessageDigest.getInstance("SHA-256").digest(hmac(salted, "Client Key"));
        Base64.Encoder base64 = Base64.getEncoder();
        return "{SCRAM-SHA-256}4096," + base64.encodeToString(salt) + "," + base64.encodeToString(stored) + ","
            + base64.encodeToString(hmac(salted, "Server Key"));
    }

    private static byte[] salted(String password, byte[] salt, int iterations) throws GeneralSecurityException {
        return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
            .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, 256)).getEncoded();
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What a client does with a challenge (RFC 5802 section 3). */
    private static final class Client {
        private final WireScript wire;
        private final String password;
        private String serverSignature = "";

        private Client(WireScript wire, String password) {
            this.wire = wire;
            this.password = password;
        }

        private WireScript answerTheChallenge() throws GeneralSecurityException {
            wire.expect("334 ");
            String challenge = new String(Base64.getDecoder().decode(wire.reply().lines().get(0).substring(4)), StandardCharsets.UTF_8);
            String[] parts = challenge.split(",");
            byte[] salted = salted(password, Base64.getDecoder().decode(parts[1].substring(2)), Integer.parseInt(parts[2].substring(2)));
            String withoutProof = "c=biws," + parts[0];
            String authMessage = FIRST + "," + challenge + "," + withoutProof;
            byte[] clientKey = hmac(salted, "Client Key");
            byte[] proof = hmac(MessageDigest.getInstance("SHA-256").digest(clientKey), authMessage);
            for (int i = 0; i < proof.length; i++) {
                proof[i] ^= clientKey[i];
            }
            serverSignature = Base64.getEncoder().encodeToString(hmac(hmac(salted, "Server Key"), authMessage));
            return wire.send(base64(withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof)));
        }

        private String serverSignature() {
            return serverSignature;
        }
    }
}
