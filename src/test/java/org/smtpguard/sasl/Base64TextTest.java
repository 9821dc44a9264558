package org.smtpguard.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Base64TextTest {
    @ParameterizedTest
    @CsvSource({"'', ''", "Zg==, f", "Zm8=, fo", "Zm9v, foo", "Zm9vYg==, foob"})
    void wholeGroupsAreDecoded(String text, String octets) {
        assertThat(Base64Text.decode(text)).hasValueSatisfying(decoded ->
            assertThat(new String(decoded, StandardCharsets.US_ASCII)).isEqualTo(octets));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Z", "Zg", "Zg=", "Zm8", "Zm9vZg", "Zg===", "Zg==Zg==", "====", "=", "Zm9v=", "!!!!", "Zm 9v", "Zm\r\n9v",
        "Zm9_", "Zm9-", "Zm9\u00e4"})
    void anythingElseIsNot(String text) {
        assertThat(Base64Text.decode(text)).isEmpty();
    }
}
