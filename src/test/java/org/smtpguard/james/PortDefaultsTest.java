package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a port does by default that has settings of James' own, and how a rule of the operator changes it. */
class PortDefaultsTest {
    private static final String MAIL = "MAIL FROM:<alice@localhost>\r\n";

    @Test
    void withoutHeloEhloEnforcementMailMayComeFirst() {
        EmbeddedPort.Client client = EmbeddedPort.builder().heloEhloEnforcement(false).build().connect();

        assertThat(client.send("RCPT TO:<bob@localhost>\r\n")).contains("SEQ-MAIL-MISSING");
        assertThat(client.send(MAIL)).startsWith("250 ");
        assertThat(client.send("RCPT TO:<bob@localhost>\r\n")).startsWith("250 ");
        assertThat(client.send("DATA\r\n")).startsWith("354 ");
    }

    @Test
    void withHeloEhloEnforcementItMayNot() {
        assertThat(EmbeddedPort.builder().build().connect().send(MAIL)).contains("SEQ-EHLO-MISSING");
    }

    @ParameterizedTest
    @CsvSource({"enforce, enforce, true", "off, enforce, false", "observe, enforce, false", "enforce, observe, true"})
    void aRuleOfTheOperatorWinsOverHeloEhloEnforcement(String ruleMode, String mode, boolean isRefused) {
        EmbeddedPort.Client client = EmbeddedPort.builder().heloEhloEnforcement(false).mode(mode)
            .rule("SEQ-EHLO-MISSING", ruleMode).build().connect();

        assertThat(client.send(MAIL).contains("SEQ-EHLO-MISSING")).isEqualTo(isRefused);
    }

    @Test
    void authMayComeBeforeEhloWhereNoneIsAskedFor() {
        EmbeddedPort.Client client = EmbeddedPort.builder().heloEhloEnforcement(false).build().connect();

        assertThat(client.send("AUTH PLAIN\r\n")).startsWith("334 ");
    }

    @Test
    void theFormOfAnAuthResponseIsStrictByDefaultAndTheReplySaysWhatIsWrong() {
        assertThat(auth(EmbeddedPort.builder(), "AUTH PLAIN " + base64("\0alice\0secret\0"))).startsWith("501-5.5.2 ")
            .contains("\r\n501-5.5.2 a NUL after the password\r\n", "[AUTH-ENCODING]");
        assertThat(auth(EmbeddedPort.builder(), "AUTH PLAIN " + base64("\0alice"))).contains("only one NUL: the password is missing");
        assertThat(auth(EmbeddedPort.builder(), "AUTH PLAIN " + base64("\0bob\0secret").replace("=", "")))
            .contains("base64 without padding");
        assertThat(auth(EmbeddedPort.builder(), "AUTH PLAIN AGFs!GljZQ=="))
            .contains("a character outside base64's alphabet at position 5");
        assertThat(auth(EmbeddedPort.builder().style("brief"), "AUTH PLAIN " + base64("alice\0secret"))).contains("(only one NUL: ");
        assertThat(auth(EmbeddedPort.builder(), "AUTH PLAIN =")).contains("no NUL: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0alice\0secret\0", "alice\0secret", "\0\0alice\0secret"})
    void underARuleThatObservesWhatJamesReadsIsTaken(String message) {
        for (String ruleMode : new String[] {"observe", "off"}) {
            assertThat(auth(EmbeddedPort.builder().rule("AUTH-ENCODING", ruleMode), "AUTH PLAIN " + base64(message)))
                .doesNotStartWith("501");
        }
        assertThat(auth(EmbeddedPort.builder().mode("observe"), "AUTH PLAIN " + base64(message))).doesNotStartWith("501");
        assertThat(auth(EmbeddedPort.builder().mode("observe").rule("AUTH-ENCODING", "enforce"), "AUTH PLAIN " + base64(message)))
            .startsWith("501");
    }

    @Test
    void underARuleThatObservesBase64MayLackItsPaddingAndNothingElse() {
        EmbeddedPort.Builder observing = EmbeddedPort.builder().rule("AUTH-ENCODING", "observe");

        assertThat(auth(observing, "AUTH PLAIN " + base64("\0bob\0secret").replace("=", ""))).doesNotStartWith("501");
        assertThat(auth(observing, "AUTH LOGIN " + base64("carol").replace("=", ""))).startsWith("334 ");
        assertThat(auth(observing, "AUTH PLAIN AGFs!GljZQ==")).startsWith("501-5.5.2 ");
        assertThat(auth(observing, "AUTH PLAIN " + base64("\0alice"))).startsWith("501-5.5.2 ");
        assertThat(auth(observing, "AUTH PLAIN AGFsa")).startsWith("501-5.5.2 ");
    }

    @Test
    void spacesAroundAResponseAreNoFault() {
        assertThat(auth(EmbeddedPort.builder(), "AUTH PLAIN  " + base64("\0alice\0secret") + " ")).doesNotStartWith("501");
        EmbeddedPort.Client client = greeted(EmbeddedPort.builder());
        client.send("AUTH PLAIN\r\n");
        assertThat(client.send(base64("\0alice\0secret") + " \r\n") + client.awaitBackends()).doesNotStartWith("501");
    }

    private static String auth(EmbeddedPort.Builder builder, String line) {
        EmbeddedPort.Client client = greeted(builder);
        return client.send(line + "\r\n") + client.awaitBackends();
    }

    private static EmbeddedPort.Client greeted(EmbeddedPort.Builder builder) {
        EmbeddedPort.Client client = builder.build().connect();
        client.send("EHLO client.example\r\n");
        return client;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
