package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.sequence.SessionState;

/** Control characters in the lines of a client (RFC 5321 §4.1.2): James never gets them, and a message may have them. */
class ControlCharactersTest {
    private static final String EHLO = "EHLO client.example\r\n";

    @Test
    void aBareCrInEhloIsRefusedAndDoesNotGreet() {
        EmbeddedPort.Client client = EmbeddedPort.builder().build().connect();

        assertThat(client.send("EHLO a\rX-Injected: yes\r\n")).startsWith(
            "501-5.5.2 EHLO refused: the line contains a control character [SYN-CHARACTER]\r\n501-5.5.2 octet 0x0D at position 7\r\n");
        assertThat(client.state().isGreeted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO a\tb", "HELO a\0", "MAIL FROM:<a\u0001@localhost>", "RCPT TO:<bob\u007f@localhost>",
        "RCPT\tTO:<bob@localhost>", "RSET\r", "NOOP \u001b[2J", "HELP \b", "FROB\u001f", "AUTH PLAIN\tAA==", "QUIT\0", "\tNOOP"})
    void inNoCommandIsOneTakenAndARefusalChangesNothing(String command) {
        EmbeddedPort.Client client = EmbeddedPort.builder().build().connect();
        client.send(EHLO);
        client.send("MAIL FROM:<alice@localhost>\r\n");
        SessionState before = client.state();

        assertThat(client.send(command + "\r\n")).startsWith("501-5.5.2 ").contains("[SYN-CHARACTER]");
        assertThat(client.state()).isEqualTo(before);
        assertThat(client.isOpen()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"NOOP \r\n", "NOOP\t\r\n", "NOOP \t \r\n"})
    void whiteSpaceBeforeTheEndOfALineIsNoFault(String line) {
        assertThat(EmbeddedPort.builder().build().connect().send(line)).startsWith("250 ");
    }

    @ParameterizedTest
    @CsvSource({"observe, enforce", "off, enforce", "enforce, observe", "enforce, off"})
    void whereTheRuleDoesNotEnforceJamesAnswers(String ruleMode, String mode) {
        EmbeddedPort.Builder port = ruleMode.equals("enforce") ? EmbeddedPort.builder().mode(mode)
            : EmbeddedPort.builder().mode(mode).rule("SYN-CHARACTER", ruleMode);

        assertThat(port.build().connect().send("EHLO a\rX-Injected: yes\r\n")).startsWith("250");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "\r", "\u0001", "\u007f", "\f"})
    void anAuthResponseWithOneIsUndecodable(String control) {
        for (String response : new String[] {base64() + control, control + base64(), "*" + control}) {
            EmbeddedPort.Client client = EmbeddedPort.builder().build().connect();
            client.send(EHLO);
            client.send("AUTH PLAIN\r\n");

            assertThat(client.send(response + "\r\n") + client.awaitBackends()).startsWith("501-5.5.2 ").contains("[AUTH-ENCODING]");
            assertThat(client.state().isAuthenticated()).isFalse();
        }
    }

    @Test
    void theContentOfAMessageMayHaveThem() {
        EmbeddedPort.Client client = EmbeddedPort.builder().build().connect();
        client.send(EHLO);
        client.send("MAIL FROM:<alice@localhost>\r\n");
        client.send("RCPT TO:<bob@localhost>\r\n");
        client.send("DATA\r\n");

        assertThat(client.send("Subject:\ta\0b\u007f\r\n\r\n\u001b\r\n.\r\n")).startsWith("250 ");
    }

    private static String base64() {
        return Base64.getEncoder().encodeToString("\0alice@localhost\0secret".getBytes(StandardCharsets.US_ASCII));
    }
}
