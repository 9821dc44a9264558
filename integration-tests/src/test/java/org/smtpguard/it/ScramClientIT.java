package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.base64;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.exception.ScramException;
import com.ongres.scram.common.util.TlsServerEndpoint;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.WireScript;

/** SCRAM with a client that others have written, and that holds the server to its proof. */
class ScramClientIT {
    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = EveryMechanism.shared();
    }

    static Stream<Arguments> mechanismsUnderTls() {
        return EveryMechanism.SCRAM.stream().flatMap(mechanism -> Stream.of(Arguments.of(mechanism, true), Arguments.of(mechanism, false)));
    }

    @ParameterizedTest(name = "{0}, STARTTLS: {1}")
    @MethodSource("mechanismsUnderTls")
    void logsInUnderTls(String mechanism, boolean startTls) throws ScramException, CertificateEncodingException {
        try (WireScript wire = startTls ? startTls() : tls()) {
            ScramClient client = mechanism.endsWith("-PLUS")
                ? bound(wire, List.of(mechanism), EveryMechanism.userOf(mechanism))
                : unbound(mechanism, EveryMechanism.userOf(mechanism), EveryMechanism.PASSWORD);
            assertThat(client.getScramMechanism().getName()).isEqualTo(mechanism);
            logsIn(wire, client);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCRAM-SHA-256", "SCRAM-SHA-512"})
    void logsInInClearText(String mechanism) throws ScramException {
        try (WireScript wire = clear()) {
            logsIn(wire, unbound(mechanism, EveryMechanism.userOf(mechanism), EveryMechanism.PASSWORD));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCRAM-SHA-256", "SCRAM-SHA-512"})
    void aNameWithACommaAndAnEqualsSignIsTheUsers(String mechanism) throws ScramException {
        try (WireScript wire = clear()) {
            logsIn(wire, unbound(mechanism, EveryMechanism.oddUserOf(mechanism), EveryMechanism.PASSWORD));
        }
    }

    @Test
    void theStrongestOfWhatIsAnnouncedIsTaken() throws ScramException, CertificateEncodingException {
        try (WireScript wire = tls()) {
            ScramClient client = bound(wire, announced(wire), EveryMechanism.userOf("SCRAM-SHA-512"));
            assertThat(client.getScramMechanism().getName()).isEqualTo("SCRAM-SHA-512-PLUS");
            logsIn(wire, client);
        }
    }

    /** Somebody in between has taken the bound mechanisms out of what the server announced (RFC 5802 §6). */
    @Test
    void aDowngradeIsNoticed() throws CertificateEncodingException {
        try (WireScript wire = tls()) {
            List<String> cut = new ArrayList<>(announced(wire));
            cut.removeIf(mechanism -> mechanism.endsWith("-PLUS"));
            ScramClient client = bound(wire, cut, EveryMechanism.userOf("SCRAM-SHA-512"));
            String first = client.clientFirstMessage().toString();
            assertThat(first).startsWith("y,,");
            wire.send("AUTH " + client.getScramMechanism().getName() + " " + base64(first))
                .expect("501 5.5.2").expectInReply("\\[AUTH-ENCODING]$");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCRAM-SHA-256", "SCRAM-SHA-512"})
    void aWrongPasswordIsRefused(String mechanism) throws ScramException {
        try (WireScript wire = clear()) {
            ScramClient client = unbound(mechanism, EveryMechanism.userOf(mechanism), "wrong");
            prove(wire, client);
            wire.expect("535 5.7.8").expectInReply("\\[AUTH-CREDENTIALS]$");
            logsIn(wire, unbound(mechanism, EveryMechanism.userOf(mechanism), EveryMechanism.PASSWORD));
        }
    }

    private static void logsIn(WireScript wire, ScramClient client) throws ScramException {
        prove(wire, client);
        // Throws where the server does not prove that it knows the keys.
        client.serverFinalMessage(challenge(wire.expectLine("334 ")));
        wire.send("").expectLine("235 2.7.0 ")
            .send("MAIL FROM:<alice@localhost>").expect("250")
            .send("RCPT TO:<erin@elsewhere.example>").expect("250");
    }

    private static void prove(WireScript wire, ScramClient client) throws ScramException {
        wire.send("AUTH " + client.getScramMechanism().getName() + " " + base64(client.clientFirstMessage().toString()));
        client.serverFirstMessage(challenge(wire.expectLine("334 ")));
        wire.send(base64(client.clientFinalMessage().toString()));
    }

    private static ScramClient unbound(String mechanism, String user, String password) {
        return ScramClient.builder().advertisedMechanisms(List.of(mechanism)).username(user).password(password.toCharArray()).build();
    }

    private static ScramClient bound(WireScript wire, List<String> mechanisms, String user) throws CertificateEncodingException {
        return ScramClient.builder().advertisedMechanisms(mechanisms).username(user).password(EveryMechanism.PASSWORD.toCharArray())
            .channelBinding(TlsServerEndpoint.TLS_SERVER_END_POINT, TlsServerEndpoint.getChannelBindingData(wire.serverCertificate()))
            .build();
    }

    private static List<String> announced(WireScript wire) {
        return wire.reply().lines().stream().filter(line -> line.startsWith("250-AUTH "))
            .flatMap(line -> Arrays.stream(line.substring("250-AUTH ".length()).split(" "))).collect(Collectors.toList());
    }

    private static String challenge(WireScript wire) {
        String line = wire.reply().lines().get(0);
        return new String(Base64.getDecoder().decode(line.substring("334 ".length())), StandardCharsets.UTF_8);
    }

    private static WireScript clear() {
        return wire(server.smtp()).expect("220").send("EHLO client.example").expect("250");
    }

    private static WireScript startTls() {
        return wire(server.submission()).expect("220").send("EHLO client.example").expect("250")
            .startTls().send("EHLO client.example").expect("250");
    }

    private static WireScript tls() {
        return tlsWire(server.smtps()).expect("220").send("EHLO client.example").expect("250");
    }
}
