package org.smtpguard.password;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BCryptTest {
    private static final String SALT_AND_TAG = "m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe";
    private static final String DIGITS_AND_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private final BCrypt scheme = new BCrypt();

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = ' ', value = {
        "jBCrypt '' $2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.",
        "jBCrypt a $2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe",
        "jBCrypt a $2a$08$cfcvVd2aQ8CMvoMpP2EBfeodLEkkFJ9umNEfPD18.hUF62qqlC/V.",
        "jBCrypt abc $2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i",
        "jBCrypt abcdefghijklmnopqrstuvwxyz $2a$10$fVH8e28OQRj9tqiDXs1e1uxpsjN0c7II7YPKXua2NAKYvM6iQk7dq",
        "crypt_blowfish U*U $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "crypt_blowfish U*U* $2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK",
        "crypt_blowfish U*U*U $2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a",
        "htpasswd secret $2y$05$v3hEjcyiQmDPH.B13TjAh.dJV8EIEh9j6zrSJ2Ov/wDr4SDTl8Mjy",
        "doveadm secret $2y$05$bxLPUPuZMfD/9rPuAKjx5uu7F9HdfcMi2jbV7iJL3Q8jzLZUm.TLS",
        "python-bcrypt pässwörd $2b$04$FB7lfoXlOBmFx4BwMcPpZ.aXe6ucpZhPtuVjGXq1NQzsCAerwegZ.",
    })
    void takesTheHashesOfOtherTools(String tool, String password, String hash) {
        PasswordHash read = scheme.read(hash);

        assertThat(read.matches(password.getBytes(UTF_8))).isTrue();
        assertThat(read.matches((password + "x").getBytes(UTF_8))).isFalse();
    }

    @Test
    void octetsAboveAsciiAreNotSignExtended() {
        // crypt_blowfish's own check for the fault that $2x$ stands for.
        byte[] password = {(byte) 0xff, (byte) 0xff, (byte) 0xa3};

        assertThat(scheme.read("$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e").matches(password)).isTrue();
        assertThatThrownBy(() -> scheme.read("$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"))
            .isInstanceOf(MalformedHashException.class).hasMessageContaining("neither $2a$ nor $2b$ nor $2y$");
    }

    @Test
    void theFirst72OctetsCount() {
        PasswordHash hash = scheme.read("$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui");

        assertThat(hash.matches((DIGITS_AND_LETTERS + "chars after 72 are ignored").getBytes(UTF_8))).isTrue();
        assertThat(hash.matches(DIGITS_AND_LETTERS.getBytes(UTF_8))).isTrue();
        assertThat(hash.matches(DIGITS_AND_LETTERS.substring(0, 71).getBytes(UTF_8))).isFalse();
    }

    @Test
    void aPasswordWithANulNeverMatchesAndCannotBeHashed() {
        BCrypt cheap = new BCrypt(4);
        PasswordHash hash = cheap.read(cheap.hash("a".getBytes(UTF_8)));

        // To the algorithm these are "a" over and over again, to C they end after the "a".
        assertThat(hash.matches("a\0a".getBytes(UTF_8))).isFalse();
        assertThat(hash.matches("a\0".getBytes(UTF_8))).isFalse();
        assertThat(hash.matches("a".getBytes(UTF_8))).isTrue();
        assertThatThrownBy(() -> cheap.hash("a\0a".getBytes(UTF_8))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aNewHashIsOfTheRecommendedCostAndTakesItsPasswordAlone() {
        byte[] password = "secret".getBytes(UTF_8);
        String hash = scheme.hash(password);

        assertThat(hash).startsWith("$2y$10$").hasSize(60);
        assertThat(scheme.read(hash).matches(password)).isTrue();
        assertThat(scheme.read(hash).matches("Secret".getBytes(UTF_8))).isFalse();
        assertThat(password).as("the caller's array is left alone").isEqualTo("secret".getBytes(UTF_8));
    }

    @Test
    void aDecoyCostsTheSameAndTakesNoPassword() {
        PasswordHash hash = scheme.read("$2a$06$" + SALT_AND_TAG);

        assertThat(hash.decoy()).hasToString("BCRYPT 6").hasToString(hash.toString());
        assertThat(hash.decoy().cost()).isEqualTo(hash.cost());
        assertThat(hash.decoy().matches("a".getBytes(UTF_8))).isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
        "$1$salt$AAAAAAAAAAAAAAAAAAAAAA | begins with $2a$, $2b$ or $2y$",
        "$2y$10$" + SALT_AND_TAG + ". | 60 characters",
        "$2y$10$m0CrhHm10qJ3lXRY | 60 characters",
        "$2y$1$" + SALT_AND_TAG + " | 60 characters",
        "$2y$10$!0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe | 60 characters",
        "$2$10$" + SALT_AND_TAG + " | neither $2a$ nor $2b$ nor $2y$",
        "$2c$10$" + SALT_AND_TAG + " | neither $2a$ nor $2b$ nor $2y$",
        "$2y$03$" + SALT_AND_TAG + " | 3 is not within 4 to 16",
        "$2y$17$" + SALT_AND_TAG + " | 17 is not within 4 to 16",
    })
    void whatIsNotAUsableHashIsRefusedByNameOfTheFault(String hash, String fault) {
        assertThatThrownBy(() -> scheme.read(hash))
            .isInstanceOf(MalformedHashException.class)
            .hasMessageContaining(fault)
            .hasNoCause()
            .satisfies(e -> assertThat(e.getMessage()).doesNotContain(SALT_AND_TAG, "0CrhHm", "salt$"));
    }
}
