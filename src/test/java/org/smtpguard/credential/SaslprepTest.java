package org.smtpguard.credential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SaslprepTest {
    /** RFC 4013 §3, and what else occurs in passwords. */
    @ParameterizedTest
    @CsvSource({"'I\u00adX', IX", "user, user", "USER, USER", "\u00aa, a", "\u2168, IX", "geheim\u00b2, geheim2",
        "e\u0301, \u00e9", "'a\u00a0b', 'a b'", "'\uff21', A"})
    void whatLooksTheSameIsTheSame(String typed, String prepared) {
        assertThat(text(Saslprep.password(typed.getBytes(UTF_8)).orElseThrow())).isEqualTo(prepared);
        assertThat(text(Saslprep.storedPassword(typed.getBytes(UTF_8)).orElseThrow())).isEqualTo(prepared);
        assertThat(Saslprep.name(typed)).contains(prepared);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0007", "a\tb", "\u06271", "\u00ad", "\ue000", ""})
    void whatIsProhibitedHasNoPreparedForm(String typed) {
        assertThat(Saslprep.password(typed.getBytes(UTF_8))).isEmpty();
        assertThat(Saslprep.storedPassword(typed.getBytes(UTF_8))).isEmpty();
    }

    @Test
    void newerCharactersMayBeComparedAndNotBeStored() {
        byte[] emoji = "\ud83d\ude00".getBytes(UTF_8);

        assertThat(Saslprep.password(emoji)).isPresent();
        assertThat(Saslprep.storedPassword(emoji)).isEmpty();
        assertThat(Secret.of(emoji).storedForm()).isEqualTo(emoji);
    }

    @Test
    void anAddressMayHaveTwoDirections() {
        assertThat(Saslprep.name("\u05d0\u05d1@example.org")).contains("\u05d0\u05d1@example.org");
        assertThat(Saslprep.name("al\u0007ice")).isEmpty();
    }

    @Test
    void aPasswordIsTriedPreparedAndThenAsItCame() {
        assertThat(forms("geheim\u00b2".getBytes(UTF_8))).containsExactly("geheim2", "geheim\u00b2");
        assertThat(forms("geheim".getBytes(UTF_8))).containsExactly("geheim");
        assertThat(forms("a\tb".getBytes(UTF_8))).containsExactly("a\tb");
        byte[] latin = "\u00e4".getBytes(ISO_8859_1);
        assertThat(Secret.of(latin).forms()).containsExactly(latin);
    }

    private static List<String> forms(byte[] password) {
        return Secret.of(password).forms().stream().map(SaslprepTest::text).collect(Collectors.toList());
    }

    private static String text(byte[] utf8) {
        return new String(utf8, UTF_8);
    }
}
