package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.james.EmbeddedPort.Tls;

/** QUIT and RSET work in their turn, whatever they were sent behind. */
class QuitAndResetTest {
    private static final String EHLO = "EHLO client.example\r\n";
    private static final String MAIL = "MAIL FROM:<alice@localhost>\r\n";
    private static final String BYE = "221 2.0.0 localhost Service closing transmission channel\r\n";

    @ParameterizedTest
    @ValueSource(strings = {EHLO, "HELO client.example\r\n", "EHLO\r\n", "DATA\r\n", "STARTTLS\r\n", "AUTH PLAIN\r\n", "AUTH LOGIN\r\n",
        "AUTH FROB\r\n", "AUTH\r\n", "AUTH PLAIN !\r\n", "EHLO a\r\nEHLO b\r\n", "AUTH PLAIN\r\nNOOP\r\n", "DATA\r\nX\r\n.\r\n"})
    void aQuitThatWasSentWithTheLineBeforeItEndsTheSession(String before) {
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder().tls(Tls.STARTTLS));

        assertThat(client.send(before + "QUIT\r\n")).endsWith(BYE);
        assertThat(client.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"quit", "QUIT ", "Quit\t"})
    void inAnySpelling(String quit) {
        EmbeddedPort.Client client = EmbeddedPort.builder().build().connect();

        assertThat(client.send(EHLO + quit + "\r\n")).endsWith(BYE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"QUIT now\r\n", "QUIT\n", "QUIT\0\r\n", "QUIT\r\r\n"})
    void whatIsNoQuitDoesNot(String line) {
        EmbeddedPort.Client client = EmbeddedPort.builder().build().connect();

        assertThat(client.send(EHLO + line)).contains("[SEQ-PIPELINING]");
        assertThat(client.isOpen()).isTrue();
    }

    @Test
    void nothingIsAnsweredAfterQuit() {
        EmbeddedPort.Client client = EmbeddedPort.builder().build().connect();

        assertThat(client.send(EHLO + "QUIT\r\n" + MAIL + "RSET\r\nQUIT\r\n")).endsWith(BYE).containsOnlyOnce("221 ")
            .doesNotContain("503");
    }

    @Test
    void aQuitWaitsForTheVerdictOnTheLogIn() {
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder());
        assertThat(client.send("AUTH PLAIN " + base64("\0late-alice@localhost\0" + FixtureBackend.RIGHT) + "\r\nQUIT\r\n")).isEmpty();

        assertThat(client.awaitBackends()).startsWith("235 ").endsWith(BYE);
    }

    @Test
    void aQuitBehindAResponseEndsTheSession() {
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder());
        client.send("AUTH PLAIN\r\n");

        assertThat(client.send("*\r\nQUIT\r\n")).startsWith("501").endsWith(BYE);
    }

    @Test
    void aRsetIsCarriedOutAndWhatElseWasSentIsRefused() {
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder());
        client.send(MAIL);

        assertThat(codes(client.send("DATA\r\nNOOP\r\nRSET\r\n" + MAIL))).isEqualTo("503 503 250 503");
        assertThat(client.state().isInTransaction()).isFalse();
    }

    @Test
    void aRsetBehindAuthEndsTheExchange() {
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder());

        assertThat(codes(client.send("AUTH LOGIN\r\nRSET\r\n" + MAIL))).isEqualTo("334 250 503");
        assertThat(client.send(MAIL)).startsWith("250 ");
    }

    @Test
    void aStartTlsWithSomethingBehindItBeginsNoTls() {
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder().tls(Tls.STARTTLS));

        assertThat(codes(client.send("STARTTLS\r\nRSET\r\n"))).isEqualTo("503 250");
        assertThat(client.state().isTlsActive()).isFalse();
    }

    @Test
    void inTheContentOfAMessageTheyAreContent() {
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder());
        client.send(MAIL + "RCPT TO:<bob@localhost>\r\n");

        assertThat(codes(client.send("DATA\r\nRSET\r\nQUIT\r\n.\r\n"))).isEqualTo("354 503");
        assertThat(client.state().recipients()).isEqualTo(1);
    }

    @Test
    void theyAreNoErrorsThatCount() {
        EmbeddedPort.Client client = EmbeddedPort.builder().limits(2, 0).build().connect();
        for (int i = 0; i < 10; i++) {
            assertThat(codes(client.send(EHLO + "RSET\r\n"))).isEqualTo("250 250");
        }
    }

    /** The codes of the replies, each once. */
    private static String codes(String replies) {
        return replies.replaceAll("(?m)^\\d{3}-.*\r\n", "").replaceAll("(?m)^(\\d{3}) .*\r\n", "$1 ").trim();
    }

    private static EmbeddedPort.Client greeted(EmbeddedPort.Builder builder) {
        EmbeddedPort.Client client = builder.build().connect();
        client.send(EHLO);
        return client;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }
}
