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

    @ParameterizedTest
    @CsvSource({"Zg, base64 without padding", "Zm8, base64 without padding", "Zm 9v, a character outside base64's alphabet at position 3",
        "Zm9_, a character outside base64's alphabet at position 4", "Zg==Zg==, 'base64 with padding before its end, at position 3'",
        "Zg=, base64 with 1 characters of padding instead of 2", "Zg==, ''",
        "Z, 'base64 of an impossible length: a character is missing, or there is one too many'"})
    void whatIsWrongIsNamed(String text, String flaw) {
        assertThat(Base64Text.of(text).flaw()).isEqualTo(flaw);
    }

    @ParameterizedTest
    @CsvSource({"Zg, f", "Zm8, fo", "Zm9vYg, foob"})
    void whereNothingButThePaddingIsMissingTheOctetsAreKnown(String text, String octets) {
        assertThat(Base64Text.of(text).octets()).hasValueSatisfying(decoded ->
            assertThat(new String(decoded, StandardCharsets.US_ASCII)).isEqualTo(octets));
    }
}
