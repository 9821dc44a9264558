package org.smtpguard.backend.apppassword;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.Secret;

class AppPasswordSecretTest {
    private final SecureRandom random = new SecureRandom();

    @Test
    void canBeTypedInGroupsOfFour() {
        assertThat(AppPasswordSecret.generate(random).grouped()).matches("sgap(-[0-9a-hjkmnp-tv-z]{4}){7}");
    }

    @Test
    void fitsIntoWhatIsReadOfAPassword() {
        assertThat(Secret.of(AppPasswordSecret.generate(random).grouped()).isTooLong()).isFalse();
    }

    @Test
    void isAnotherOneEachTime() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            assertThat(seen.add(AppPasswordSecret.generate(random).hash())).isTrue();
        }
    }

    @Test
    void hasAllItsRandomBits() {
        // 26 symbols of 5 bits for 128: in the last one, two bits are always zero; every other symbol has all 32 values.
        for (int place = 0; place < 26; place++) {
            Set<Character> values = new HashSet<>();
            int wanted = place < 25 ? 32 : 8;
            for (int i = 0; i < 5_000 && values.size() < wanted; i++) {
                values.add(AppPasswordSecret.generate(random).grouped().replace("-", "").charAt(4 + place));
            }
            assertThat(values).as("symbol %s", place).hasSize(wanted);
        }
    }

    @Test
    void isTheSameHoweverItIsTyped() {
        AppPasswordSecret secret = AppPasswordSecret.generate(random);
        String shown = secret.grouped();

        for (String typed : new String[] {shown, shown.replace("-", ""), shown.toUpperCase(Locale.ROOT), shown.replace('-', ' '),
            " " + shown + " ", shown.replace('0', 'o').replace('1', 'l'), shown.replace('0', 'O').replace('1', 'I')}) {
            AppPasswordSecret read = AppPasswordSecret.read(Secret.of(typed)).orElseThrow();
            assertThat(read.hash()).isEqualTo(secret.hash());
            assertThat(read.isWellFormed()).isTrue();
        }
    }

    @Test
    void showsMostMistakes() {
        int unnoticed = 0;
        for (int i = 0; i < 1_000; i++) {
            char[] shown = AppPasswordSecret.generate(random).grouped().toCharArray();
            int place = 5 + i % 4;
            shown[place] = shown[place] == 'x' ? 'y' : 'x';
            AppPasswordSecret read = AppPasswordSecret.read(Secret.of(new String(shown))).orElseThrow();
            unnoticed += read.isWellFormed() ? 1 : 0;
        }
        // One of 1024, on average.
        assertThat(unnoticed).isLessThan(20);
    }

    @Test
    void isRecognisedIfSomeCharactersAreMissing() {
        String shown = AppPasswordSecret.generate(random).grouped();

        assertThat(AppPasswordSecret.read(Secret.of(shown.substring(0, shown.length() - 5))))
            .hasValueSatisfying(read -> assertThat(read.isWellFormed()).isFalse());
        assertThat(AppPasswordSecret.read(Secret.of(shown + "x")))
            .hasValueSatisfying(read -> assertThat(read.isWellFormed()).isFalse());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "secret", "sgap", "sgap-is-my-cat",
        "xgap-0000-0000-0000-0000-0000-0000-0000", "correct horse battery staple and so on"})
    void otherPasswordsAreNone(String password) {
        assertThat(AppPasswordSecret.read(Secret.of(password))).isEmpty();
    }

    @Test
    void isShownByNoToString() {
        AppPasswordSecret secret = AppPasswordSecret.generate(random);

        assertThat(secret.toString()).doesNotContain(secret.grouped().substring(5, 9), secret.hash());
    }
}
