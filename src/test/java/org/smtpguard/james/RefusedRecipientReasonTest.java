package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The refusal of DATA repeats of each refused recipient what the client was told. */
class RefusedRecipientReasonTest {
    @ParameterizedTest
    @CsvSource({"full, 554-5.5.1 <x@example.org>:", "brief, (<x@example.org>:"})
    void theReasonIsTheReplyThatTheClientGotAndNotTheOneOfJames(String style, String detail) {
        EmbeddedPort.Client client = inTransaction(EmbeddedPort.builder().style(style));
        assertThat(client.send("RCPT TO:<x@example.org>\r\n")).contains("[AUTH-REQUIRED");

        assertThat(client.send("DATA\r\n")).startsWith("554").contains("SEQ-RCPT-REFUSED",
            detail + " 530 5.7.0 RCPT refused: you have to authenticate first [AUTH-REQUIRED]").doesNotContain("5.7.1");
    }

    @ParameterizedTest
    @CsvSource({"full", "brief"})
    void aReplyOfJamesThatWentOutAsItIsIsRepeatedAsItIs(String style) {
        EmbeddedPort.Client client = inTransaction(EmbeddedPort.builder().style(style));
        String told = client.send("RCPT TO:<nobody@localhost>\r\n").trim();

        assertThat(client.send("DATA\r\n")).contains("<nobody@localhost>: " + told);
    }

    @ParameterizedTest
    @CsvSource({"full", "brief"})
    void eachRecipientIsNotedOnce(String style) {
        EmbeddedPort.Client client = inTransaction(EmbeddedPort.builder().style(style));
        client.send("RCPT TO:<x@example.org>\r\nRCPT TO:<nobody@localhost>\r\nRCPT TO:<y@example.org>\r\n");

        assertThat(client.state().refusedRecipients().size()).isEqualTo(3);
    }

    private static EmbeddedPort.Client inTransaction(EmbeddedPort.Builder builder) {
        EmbeddedPort.Client client = builder.build().connect();
        client.send("EHLO client.example\r\n");
        client.send("MAIL FROM:<alice@localhost>\r\n");
        return client;
    }
}
