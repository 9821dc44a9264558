package org.smtpguard.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BearerMessageTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "n,a=alice@localhost,^auth=Bearer tok^^ | alice@localhost",
        "y,a=alice@localhost,^host=mail.example^port=587^auth=Bearer tok^^ | alice@localhost",
        "n,a=alice@localhost,^auth=bearer tok^^ | alice@localhost",
        "n,a=al=2Cice=3D@localhost,^auth=Bearer tok^^ | al,ice=@localhost",
        "n,user=alice@localhost^auth=Bearer tok^^ | alice@localhost",
        "user=alice@localhost^auth=Bearer tok^^ | alice@localhost",
        "user=alice@localhost^auth=Bearer tok^ | alice@localhost",
        "n,,^user=alice@localhost^auth=Bearer tok^^ | alice@localhost"})
    void readsWhatClientsSendAndWritesWhatJamesReads(String message, String user) {
        BearerMessage read = parse(message).orElseThrow();

        assertThat(read.user()).contains(user);
        assertThat(new String(read.forJames(user), StandardCharsets.UTF_8)).isEqualTo("n,user=" + user + "\1auth=Bearer tok\1\1");
    }

    @Test
    void aClientMayLeaveTheUserToTheToken() {
        byte[] claims = "{\"email\":\"alice@localhost\"}".getBytes(StandardCharsets.UTF_8);
        String token = "h." + Base64.getUrlEncoder().encodeToString(claims) + ".s";
        BearerMessage read = parse("n,,^auth=Bearer " + token + "^^").orElseThrow();

        assertThat(read.user()).isEmpty();
        assertThat(read.unverifiedClaims()).contains("{\"email\":\"alice@localhost\"}");
        assertThat(parse("n,,^auth=Bearer opaque^^").orElseThrow().unverifiedClaims()).isEmpty();
        assertThat(parse("n,,^auth=Bearer a.!.c^^").orElseThrow().unverifiedClaims()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "n,", "n,a=", "n,a=alice,", "n,a=alice,^^", "n,a=alice,^auth=Basic dTpw^^",
        "n,a=alice,^auth=Bearer ^^",
        "p=tls-exporter,a=alice,^host=x^^", "n,a=alice,^auth=Bearer a^auth=Bearer b^^", "n,a=alice,^user=bob^auth=Bearer a^^",
        "n,a=al=ice,^auth=Bearer a^^", "n,a=al,ice,^auth=Bearer a^^", "user=a^user=b^auth=Bearer a^^"})
    void whatIsOfNeitherFormIsNotRead(String message) {
        assertThat(parse(message)).isEmpty();
    }

    @Test
    void showsNoTokenAsText() {
        assertThat(parse("n,a=alice,^auth=Bearer tok^^").orElseThrow()).asString().isEqualTo("bearer token of alice");
    }

    private static Optional<BearerMessage> parse(String message) {
        return BearerMessage.parse(message.replace('^', '\1').getBytes(StandardCharsets.UTF_8));
    }
}
