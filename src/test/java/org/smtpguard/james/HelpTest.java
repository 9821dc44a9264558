package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where a refusal refers to HELP, and what HELP says of AUTH. */
class HelpTest {
    private static final String WRONG_PASSWORD = "AUTH PLAIN "
        + Base64.getEncoder().encodeToString("\0alice@localhost\0wrong".getBytes(StandardCharsets.US_ASCII)) + "\r\n";

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

    private static EmbeddedPort.Client greeted(EmbeddedPort.Builder port) {
        EmbeddedPort.Client client = port.build().connect();
        client.send("EHLO client.example\r\n");
        return client;
    }
}
