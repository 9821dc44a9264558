package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.smtpguard.james.EmbeddedPort.Auth;

/** Where a refusal refers to HELP, and what HELP says of AUTH. */
class HelpTest {
    private static final String WRONG_PASSWORD = plain("wrong");
    private static final String RIGHT_PASSWORD = plain(FixtureBackend.RIGHT);

    private static String plain(String password) {
        return "AUTH PLAIN " + Base64.getEncoder().encodeToString(("\0alice@localhost\0" + password).getBytes(StandardCharsets.US_ASCII))
            + "\r\n";
    }

    static Stream<EmbeddedPort.Builder> portsWhoseHelpIsJames() {
        return Stream.of(EmbeddedPort.builder().mode("observe"), EmbeddedPort.builder().mode("off"),
            EmbeddedPort.builder().mode("observe").rule("SEQ-MAIL-MISSING", "enforce"), EmbeddedPort.builder().stock());
    }

    @ParameterizedTest
    @MethodSource("portsWhoseHelpIsJames")
    void aRefusalDoesNotReferToHelpWhereTheGuardDoesNotAnswerIt(EmbeddedPort.Builder port) {
        EmbeddedPort.Client client = greeted(port);

        assertThat(client.send(WRONG_PASSWORD)).startsWith("535-5.7.8 ").doesNotContain("HELP")
            .endsWith("535 5.7.8 Help: ask the operator of this server (session " + client.reference() + ")\r\n");
        assertThat(client.send("HELP AUTH-CREDENTIALS\r\n")).startsWith("502");
    }

    @Test
    void aRuleThatIsEnforcedOnAPortThatObservesDoesNotReferToHelpEither() {
        assertThat(greeted(EmbeddedPort.builder().mode("observe").rule("SEQ-MAIL-MISSING", "enforce")).send("RCPT TO:<bob@localhost>\r\n"))
            .startsWith("503-5.5.1 ").contains("[SEQ-MAIL-MISSING]").doesNotContain("HELP");
    }

    @Test
    void theHelpThatARefusalRefersToIsThereWhereTheGuardEnforces() {
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder());

        assertThat(client.send(WRONG_PASSWORD))
            .endsWith("535 5.7.8 Help: HELP AUTH-CREDENTIALS (session " + client.reference() + ")\r\n");
        assertThat(client.send("HELP AUTH-CREDENTIALS\r\n")).startsWith("214-2.0.0 AUTH-CREDENTIALS: ");
    }

    @Test
    void helpOfAuthNamesTheMechanismsThatEhloOffersUntilTheClientIsAuthenticated() {
        EmbeddedPort.Client client = EmbeddedPort.builder().build().connect();

        assertThat(client.send("EHLO client.example\r\n")).contains("AUTH PLAIN LOGIN\r\n");
        assertThat(client.send("HELP AUTH\r\n")).contains("\r\n214-2.0.0 Offered: PLAIN LOGIN\r\n");
        assertThat(client.send(RIGHT_PASSWORD) + client.awaitBackends()).startsWith("235");
        assertThat(client.send("HELP AUTH\r\n")).contains("\r\n214-2.0.0 Offered: none; the session is already authenticated\r\n");
    }

    @Test
    void helpOfAuthNamesTheMechanismsOfJamesWhereJamesAnswersIt() {
        EmbeddedPort.Client client = EmbeddedPort.builder().auth(Auth.JAMES).build().connect();

        assertThat(client.send("EHLO client.example\r\n")).contains("AUTH LOGIN PLAIN\r\n");
        assertThat(client.send("HELP AUTH\r\n")).contains("\r\n214-2.0.0 Offered: LOGIN PLAIN\r\n");
    }

    @Test
    void helpOfAuthSaysThatTlsComesFirstWhereThePortWantsIt() {
        EmbeddedPort.Client client = EmbeddedPort.builder().tls(EmbeddedPort.Tls.STARTTLS).authUnderTlsOnly(true).build().connect();
        client.send("EHLO client.example\r\n");

        assertThat(client.send("HELP AUTH\r\n")).contains("\r\n214-2.0.0 Offered: none before STARTTLS\r\n");
        assertThat(client.send("STARTTLS\r\n")).startsWith("220");
        client.send("EHLO client.example\r\n");
        assertThat(client.send("HELP AUTH\r\n")).contains("\r\n214-2.0.0 Offered: PLAIN LOGIN\r\n");
    }

    @Test
    void helpOfAuthSaysThatAPortHasNone() {
        assertThat(greeted(EmbeddedPort.builder().auth(Auth.NOBODY)).send("HELP AUTH\r\n"))
            .contains("\r\n214-2.0.0 Offered: none; this port has no AUTH\r\n");
    }

    private static EmbeddedPort.Client greeted(EmbeddedPort.Builder port) {
        EmbeddedPort.Client client = port.build().connect();
        client.send("EHLO client.example\r\n");
        return client;
    }
}
