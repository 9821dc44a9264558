package org.smtpguard.password;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordSchemesTest {
    private static final String ARGON2ID = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    private static final String BCRYPT = "$2y$05$v3hEjcyiQmDPH.B13TjAh.dJV8EIEh9j6zrSJ2Ov/wDr4SDTl8Mjy";

    private final PasswordSchemes schemes = PasswordSchemes.standard();

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = ' ', value = {
        "{ARGON2ID}" + ARGON2ID + " password",
        "{argon2id}" + ARGON2ID + " password",
        "{BCRYPT}" + BCRYPT + " secret",
        "{BLF-CRYPT}" + BCRYPT + " secret",
        "{blf-Crypt}" + BCRYPT + " secret",
        ARGON2ID + " password",
        BCRYPT + " secret",
    })
    void aHashIsReadByTheSchemeItNamesOrByItsForm(String text, String password) {
        assertThat(schemes.read(text).matches(password.getBytes(UTF_8))).isTrue();
        assertThat(schemes.read(text).matches("wrong".getBytes(UTF_8))).isFalse();
    }

    @Test
    void anAliasIsTheSameScheme() {
        assertThat(schemes.named("blf-crypt")).containsSame(schemes.named("BCRYPT").orElseThrow());
        assertThat(schemes.read("{BLF-CRYPT}" + BCRYPT).scheme()).isEqualTo("BCRYPT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hunter2", "{hunter2}", "{PLAIN}hunter2", "{hunter2", "$1$hunter2$x", "{}hunter2", "{ARGON2ID}hunter2",
        "{BCRYPT}hunter2", "{BCRYPT}" + ARGON2ID, "{ARGON2ID}" + BCRYPT})
    void whatCannotBeReadIsRefusedWithoutBeingQuoted(String text) {
        assertThatThrownBy(() -> schemes.read(text))
            .isInstanceOf(MalformedHashException.class)
            .hasNoCause()
            .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2", "c29tZXNhbHQ", "v3hEjcyi"));
    }

    @Test
    void anUnknownSchemeIsAnsweredWithThoseThatAreKnown() {
        assertThatThrownBy(() -> schemes.read("{MD5}x"))
            .hasMessageContaining("known are {ARGON2ID}, {ARGON2I}, {ARGON2D}, {SCRYPT}, {BCRYPT}, ");
    }

    @Test
    void newHashesAreOfTheFirstScheme() {
        assertThat(schemes.preferred().name()).isEqualTo("ARGON2ID");
        assertThat(schemes.preferring("sha512-crypt").hash("x".getBytes(UTF_8))).startsWith("{SHA512-CRYPT}$6$");
        assertThatThrownBy(() -> schemes.preferring("ROT13")).hasMessageStartingWith("known are {ARGON2ID}, ");
    }

    @Test
    void twoSchemesOfOneNameAreRefused() {
        assertThatThrownBy(() -> new PasswordSchemes(List.of(new BCrypt(), new BCrypt(4)))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PasswordSchemes(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
