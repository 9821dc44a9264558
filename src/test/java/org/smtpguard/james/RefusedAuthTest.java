package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.james.EmbeddedPort.Auth;

/** A {@code *} after a refused AUTH, which Go's net/smtp sends whatever the refusal was. */
class RefusedAuthTest {
    private static final String WRONG = "AUTH PLAIN " + Base64.getEncoder()
        .encodeToString("\0alice@localhost\0guess".getBytes(StandardCharsets.US_ASCII));
    private static final String NO_EXCHANGE = "501-5.7.0 Command refused: no AUTH exchange is in progress [AUTH-CANCELLED]\r\n";

    @ParameterizedTest
    @EnumSource(value = Auth.class, names = {"OURS", "JAMES"})
    void aStarAfterARefusedAuthIsToldThatNoExchangeIsOpen(Auth auth) {
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder().auth(auth));
        client.send(WRONG + "\r\n");

        assertThat(client.send("*\r\n")).startsWith(NO_EXCHANGE).contains("\r\n501-5.7.0 Next: AUTH PLAIN <base64> | ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AUTH", "AUTH FROB", "AUTH PLAIN !", "AUTH PLAIN ="})
    void whateverTheRefusalWas(String command) {
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder());
        assertThat(client.send(command + "\r\n")).startsWith("50");

        assertThat(client.send("*\r\n")).startsWith(NO_EXCHANGE);
    }

    @Test
    void afterARefusedResponseAsWell() {
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder());
        assertThat(client.send("AUTH PLAIN\r\n")).startsWith("334 ");
        assertThat(client.send("%%%\r\n")).startsWith("501");

        assertThat(client.send("*\r\n")).startsWith(NO_EXCHANGE);
    }

    @Test
    void itIsNoErrorThatCounts() {
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder().limits(3, 0));
        for (int i = 0; i < 10; i++) {
            assertThat(client.send(WRONG + "\r\n")).startsWith("535");
            assertThat(client.send("*\r\n")).startsWith(NO_EXCHANGE);
        }

        assertThat(client.isOpen()).isTrue();
    }

    @Test
    void onlyTheFirstLineAfterTheRefusalIsForgiven() {
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder().limits(3, 0));
        client.send(WRONG + "\r\n");
        client.send("*\r\n");

        assertThat(client.send("*\r\n")).contains("[SYN-COMMAND]");
        assertThat(client.send("*\r\n")).contains("[SYN-COMMAND]");
        assertThat(client.send("*\r\n")).startsWith("421").contains("[LIMIT-ERRORS]");
        assertThat(client.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"NOOP\r\n", "FROB\r\n", "X\n"})
    void anotherLineInBetweenEndsIt(String between) {
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder());
        client.send(WRONG + "\r\n");
        client.send(between);

        assertThat(client.send("*\r\n")).contains("[SYN-COMMAND]");
    }

    @Test
    void aLineThatWasSentWithAuthEndsItToo() {
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder());
        assertThat(client.send(WRONG + "\r\nNOOP\r\n")).contains("[AUTH-CREDENTIALS]", "[SEQ-PIPELINING]");

        assertThat(client.send("*\r\n")).contains("[SYN-COMMAND]");
    }

    @Test
    void aStarWithoutARefusedAuthIsNoCommand() {
        assertThat(greeted(EmbeddedPort.builder()).send("*\r\n")).startsWith("500").contains("[SYN-COMMAND]");
    }

    @Test
    void inObserveJamesAnswers() {
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder().mode("observe"));
        client.send(WRONG + "\r\n");

        assertThat(client.send("*\r\n")).isEqualTo("500 5.5.1 Command * unrecognized.\r\n");
    }

    private static EmbeddedPort.Client greeted(EmbeddedPort.Builder builder) {
        EmbeddedPort.Client client = builder.build().connect();
        client.send("EHLO client.example\r\n");
        return client;
    }
}
