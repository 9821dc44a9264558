package org.smtpguard.password;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.smtpguard.credential.Secret;

/**
 * What a long password costs, in blocks of the digest. Not counted are the schemes whose rounds do not see the password: PBKDF2, SCRAM,
 * scrypt and Argon2 digest it once before, bcrypt looks at 72 octets only.
 */
class LongPasswordTest {
    private static final int USUAL = 8;
    private static final int MOST_TIMES = 3;

    private static Stream<PasswordHash> hashes() {
        return IntStream.rangeClosed(0, 64).boxed().flatMap(salt -> Stream.concat(crypt(salt), others(salt)))
            .map(PasswordSchemes.standard().withPlain()::read);
    }

    /** The cheapest that are taken, for which everything around the rounds weighs most, and the default. */
    private static Stream<String> crypt(int octets) {
        String salt = "s".repeat(octets);
        return octets > 16 ? Stream.empty() : Stream.of("$1$" + salt + "$" + "x".repeat(22), "$apr1$" + salt + "$" + "x".repeat(22),
            "$5$rounds=1000$" + salt + "$" + "x".repeat(43), "$5$" + salt + "$" + "x".repeat(43),
            "$6$rounds=1000$" + salt + "$" + "x".repeat(86), "$6$" + salt + "$" + "x".repeat(86));
    }

    private static Stream<String> others(int octets) {
        if (octets == 0) {
            return Stream.of("{SHA}" + base64(20), "{SHA256}" + base64(32), "{SHA512}" + base64(64), "{PLAIN}secret");
        }
        return Stream.of("{SSHA}" + base64(20 + octets), "{SSHA256}" + base64(32 + octets), "{SSHA512}" + base64(64 + octets),
            "{JAMES}MD5/salted$" + "u".repeat(octets) + "$" + base64(16), "{JAMES}SHA-256/salted$" + "u".repeat(octets) + "$" + base64(32));
    }

    private static String base64(int octets) {
        // Of letters that are no hexadecimal digits, or that is what it would be taken for.
        return Base64.getEncoder().encodeToString("s".repeat(octets).getBytes(US_ASCII));
    }

    @Test
    void costsAtMostThreeTimesWhatAShortOneCostsInEveryScheme() {
        try (CountedDigests digests = new CountedDigests()) {
            assertThat(hashes()).allSatisfy(hash -> {
                long usual = blocks(digests, hash, USUAL);
                assertThat(usual).as("blocks of %s", hash).isPositive();
                long most = IntStream.rangeClosed(1, Secret.MAX_OCTETS).mapToLong(octets -> blocks(digests, hash, octets)).max()
                    .orElseThrow();
                assertThat((double) most / usual).as("times as many of %s", hash).isLessThanOrEqualTo(MOST_TIMES);
            });
        }
    }

    @Test
    void mayNotBeLonger() {
        PasswordHash hash = PasswordSchemes.standard().read("$5$sevenoc$" + "x".repeat(43));
        try (CountedDigests digests = new CountedDigests()) {
            assertThat(blocks(digests, hash, Secret.MAX_OCTETS + 1)).isGreaterThan(MOST_TIMES * blocks(digests, hash, USUAL));
        }
    }

    private static long blocks(CountedDigests digests, PasswordHash hash, int octets) {
        byte[] password = "p".repeat(octets).getBytes(US_ASCII);
        return digests.blocks(() -> hash.matches(password));
    }
}
