package org.smtpguard.backend.support;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.smtpguard.password.Argon2;
import org.smtpguard.password.BCrypt;
import org.smtpguard.password.PasswordHash;
import org.smtpguard.password.PasswordSchemes;
import org.smtpguard.password.Sha;

class DecoysTest {
    private static final byte[] KEY = new byte[32];

    private final PasswordSchemes schemes = new PasswordSchemes(List.of(Argon2.id(64, 1, 1), new BCrypt(4), Sha.salted1()));
    private final PasswordHash bcrypt = schemes.read("{BCRYPT}" + new BCrypt(4).hash("secret".getBytes(UTF_8)));
    private final PasswordHash ssha = schemes.read("{SSHA}" + Sha.salted1().hash("secret".getBytes(UTF_8)));

    @Test
    void costWhatANewHashDoesUntilAUserIsKnown() {
        assertThat(schemesOf(Decoys.of(List.of(), schemes, KEY))).containsOnly("ARGON2ID");
        assertThat(schemesOf(Decoys.of(List.of(bcrypt), schemes, KEY))).containsOnly("BCRYPT");
    }

    @Test
    void costWhatTheUsersDoAsOftenAsTheyDo() {
        Decoys decoys = Decoys.of(List.of(bcrypt, bcrypt, bcrypt, ssha), schemes, KEY);

        List<String> drawn = schemesOf(decoys);
        assertThat(drawn).containsOnly("BCRYPT", "SSHA").isEqualTo(schemesOf(decoys));
        // 250 expected; the bounds are seven standard deviations away.
        assertThat(drawn.stream().filter("SSHA"::equals).count()).isBetween(154L, 346L);
    }

    @Test
    void takeNoPassword() {
        Decoys decoys = Decoys.of(List.of(bcrypt), schemes, KEY);

        assertThat(decoys.of("mallory").matches("secret".getBytes(UTF_8))).isFalse();
    }

    private static List<String> schemesOf(Decoys decoys) {
        return IntStream.range(0, 1000).mapToObj(i -> decoys.of("stranger" + i).scheme()).collect(Collectors.toList());
    }
}
