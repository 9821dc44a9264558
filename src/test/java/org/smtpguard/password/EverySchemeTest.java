package org.smtpguard.password;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What all schemes have in common, and what each refuses. */
class EverySchemeTest {
    private static final byte[] PASSWORD = "s3cr3t-Pässwörd".getBytes(UTF_8);
    /** Enough to see that it works. */
    private static final CostLimits CHEAP =
        CostLimits.parse("argon2Memory=64 bcryptCost=4 scryptMemory=64 scryptWork=256 pbkdf2Rounds=10 cryptRounds=1000");
    private static final String SECRET = "c2VjcmV0c2VjcmV0";
    private static final String KEYS = "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    private final PasswordSchemes schemes = PasswordSchemes.standard(CHEAP).withPlain();

    static Stream<String> made() {
        return Stream.of("ARGON2ID", "ARGON2I", "ARGON2D", "SCRYPT", "BCRYPT", "PBKDF2-SHA256", "PBKDF2-SHA512", "PBKDF2", "SCRAM-SHA-256",
            "SCRAM-SHA-512", "SHA512-CRYPT", "SHA256-CRYPT", "MD5-CRYPT", "APR1", "SSHA512", "SSHA256", "SSHA", "SHA512", "SHA256", "SHA",
            "PLAIN");
    }

    @ParameterizedTest
    @MethodSource("made")
    void readsWhatItMakes(String name) {
        PasswordScheme scheme = schemes.named(name).orElseThrow();
        byte[] password = PASSWORD.clone();
        PasswordHash hash = schemes.read("{" + name + "}" + scheme.hash(password));

        assertThat(hash.scheme()).isEqualTo(name);
        assertThat(hash.matches(password)).isTrue();
        assertThat(hash.matches(password)).as("asked again").isTrue();
        assertThat(password).as("the caller's array is left alone").isEqualTo(PASSWORD);
        assertThat(hash.matches("S3cr3t-Pässwörd".getBytes(UTF_8))).isFalse();
        assertThat(hash.matches(new byte[0])).isFalse();
        assertThat(hash.work()).isEqualTo(scheme.recommendedWork());
        assertThat(schemes.isOutdated(hash)).as("outdated")
            .isEqualTo(scheme.strength() != Strength.MEMORY_HARD && !name.startsWith("SCRAM"));
    }

    @ParameterizedTest
    @MethodSource("made")
    void hasADecoyOfTheSameCostThatTakesNoPassword(String name) {
        PasswordHash hash = schemes.read("{" + name + "}" + schemes.named(name).orElseThrow().hash(PASSWORD));
        PasswordHash decoy = hash.decoy();

        assertThat(decoy.scheme()).isEqualTo(name);
        assertThat(decoy.cost()).isEqualTo(hash.cost());
        assertThat(decoy).hasToString(hash.toString()).hasToString(name + " " + hash.cost());
        assertThat(decoy.matches(PASSWORD)).isFalse();
        assertThat(decoy.scram()).as("a salt that may be a user's").isEmpty();
    }

    @ParameterizedTest
    @MethodSource("made")
    void saltsWhereItCan(String name) {
        PasswordScheme scheme = schemes.named(name).orElseThrow();

        boolean saltless = (name.startsWith("SHA") && !name.endsWith("CRYPT")) || name.equals("PLAIN");
        assertThat(scheme.hash(PASSWORD).equals(scheme.hash(PASSWORD))).isEqualTo(saltless);
    }

    @Test
    void theKeysOfScramAreThoseThatAreStored() {
        ScramVerifier keys = schemes.named("SCRAM-SHA-256").orElseThrow()
            .read("10,c2FsdA==,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")
            .scram().orElseThrow();

        assertThat(keys.mechanism()).isEqualTo("SCRAM-SHA-256");
        assertThat(keys.iterations()).isEqualTo(10);
        assertThat(keys.salt()).isEqualTo("salt".getBytes(UTF_8));
        assertThat(keys.storedKey()).hasSize(32).startsWith(0x58, 0x6e, 0x5d);
        assertThat(keys.serverKey()).hasSize(32).startsWith(0xc1, 0xf3, 0xcb);
        assertThat(keys).hasToString("SCRAM-SHA-256 i=10");
        assertThat(schemes.read("{SSHA}rP0qBk/1Vt3Iw8ejm41iNocY0fdAvD2U").scram()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
        "$scrypt$ln=15,r=8,p=1$" + SECRET + "$" + SECRET + SECRET + " | 128·N·r is above 64 KiB",
        "$scrypt$ln=6,r=8,p=5$" + SECRET + "$" + SECRET + SECRET + " | 128·N·r·p is above 256 KiB",
        "$scrypt$ln=0,r=8,p=1$" + SECRET + "$" + SECRET + SECRET + " | ln=0 is not within 1 to 30",
        "$scrypt$ln=99999999999,r=8,p=1$" + SECRET + "$" + SECRET + SECRET + " | ln is not a number",
        "$scrypt$ln=3,r=0,p=1$" + SECRET + "$" + SECRET + SECRET + " | r=0 is not within",
        "$scrypt$ln=3,r=8,p=0$" + SECRET + "$" + SECRET + SECRET + " | p=0 is not within",
        "$scrypt$ln=3,r=8,p=1$" + SECRET + "$" + SECRET + " | 12 octets; it must have 16 to 64",
        "$scrypt$ln=3,r=8,p=1$" + SECRET + "$c2VjcmV0! | not base64",
        "$scrypt$ln=3,r=8$" + SECRET + " | is of the form",
        "$7$" + SECRET + " | is of the form",
        "$7$CU..../....c2VjcmV0$4n/zT4.H2u.oaCiBT7my5d94CtR47JTrTUt7e4cgEI7 | 128·N·r is above 64 KiB",
        "{BCRYPT}$2y$05$yNo5qH8i9JQHbEcZbdLDXeOGrcI5EcyBwhtNqq.2u6UqM.BvNiMeC | the bcrypt cost=5 is not within 4 to 4",
        "$argon2i$v=19$m=65,t=2,p=1$" + SECRET + "$" + SECRET + SECRET + " | Argon2i parameter m=65 is not within 8 to 64",
        "{ARGON2D}$argon2i$v=19$m=64,t=2,p=1$" + SECRET + "$" + SECRET + SECRET + " | begins with $argon2d$",
        "{PBKDF2}$1$" + SECRET + "$11$f7be3dd7d9ed1f13a1c782a5991a171386a2a7be | the PBKDF2 hash has rounds=11 is not within 1 to 10",
        "{PBKDF2}$1$" + SECRET + "$10$f7be3dd7d9ed1f13a1c782a5991a171386a2a7bx | not hexadecimal",
        "{PBKDF2}$1$" + SECRET + "$10$f7be | 2 octets; it must have 16 to 20",
        "{PBKDF2}$1$" + SECRET + " | is of the form",
        "{PBKDF2-SHA256}$1$" + SECRET + "$10$f7be3dd7d9ed1f13a1c782a5991a171386a2a7be | is of the form",
        "$pbkdf2-sha256$11$" + SECRET + "$" + SECRET + SECRET + " | rounds=11 is not within 1 to 10",
        "$pbkdf2-sha256$0$" + SECRET + "$" + SECRET + SECRET + " | rounds=0 is not within 1 to 10",
        "$pbkdf2-sha256$x$" + SECRET + "$" + SECRET + SECRET + " | not a number",
        "{JAMES}PBKDF2$" + SECRET + " | is of the form",
        "{JAMES}PBKDF2/legacy$" + SECRET + "$" + SECRET + " | neither /plain nor /salted",
        "{JAMES}PBKDF2-10$" + SECRET + "$" + SECRET + SECRET + " | has not the 512 bits",
        "{JAMES}PBKDF2-10-192$" + SECRET + "$" + SECRET + SECRET + " | rounds=10 is not within 1 to 5",
        "{JAMES}SHA-1$" + SECRET + "$" + SECRET + " | 12 octets; it must have 20",
        "{JAMES}NONE$" + SECRET + "$" + SECRET + " | is not one of",
        "{SCRAM-SHA-256}11," + SECRET + "," + KEYS + " | =11 is not",
        "{SCRAM-SHA-256}10," + SECRET + ",WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY= | four fields",
        "{SCRAM-SHA-256}10," + SECRET + "," + SECRET + "," + SECRET + " | the stored key of the SCRAM-SHA-256 hash has 12",
        "{SCRAM-SHA-512}10," + SECRET + "," + KEYS + " | has 32",
        "$6$rounds=1001$" + SECRET + "$.cMEF6DbfDEqUUhHNd5r9uqfhhZthzuGttwagz2bhSfJyOaCBmBIjCpefDNCIA8zCEwRvo/HeAN.OnxL/KmN.1 "
            + "| rounds=1001 is not within 1000 to 1000",
        "$6$rounds=999$" + SECRET + "$.cMEF6DbfDEqUUhHNd5r9uqfhhZthzuGttwagz2bhSfJyOaCBmBIjCpefDNCIA8zCEwRvo/HeAN.OnxL/KmN.1 | =999 is not",
        "$6$" + SECRET + "$cMEF6DbfDEqUUhHNd5r9uqfhhZthzuGttwagz2bhSfJyOaCBmBIjCpefDNCIA8zCEwRvo/HeAN.OnxL/KmN.1 | is truncated",
        "$5$c2VjcmV0c2VjcmV0$hNnkhX2OePTOjPyWbttNhg/RIbLtYY0qWNUgkL7Hls | is truncated",
        "$5$c2VjcmV0 $hNnkhX2OePTOjPyWbttNhg/RIbLtYY0qWNUgkL7Hls | is truncated",
        "$6$rounds=01000$c2VjcmV0$cMEF6DbfDEqUUhHNd5r9uqfhhZthzuGttwagz2bhSfJyOaCBmBIjCpefDNCIA8zCEwRvo/HeAN.OnxL/KmN.1a | is truncated",
        "$6$rounds=1000$.cMEF6DbfDEqUUhHNd5r9uqfhhZthzuGttwagz2bhSfJyOaCBmBIjCpefDNCIA8zCEwRvo/HeAN.OnxL/KmN.1 | is truncated",
        "$1$c2VjcmV0$A9.uYPw/aFfusxa3rDpu2 | is truncated",
        "{SHA}" + SECRET + " | 12 octets; it must have 20",
        "{SHA}c2VjcmV0! | not base64",
        "{SSHA}L55TUjtiq8FBorTWAZ0jy6g129A= | 20 octets; it must have 21 to 84",
        "{CRYPT}c2VjcmV0 | has an unknown form",
        "{CRYPT}$y$j9T$c2VjcmV0$YfPDDaRCA0BIOkmYrWvNF6FYGfrHO4lIXSaDAUaa4iD | looks like yescrypt",
        "{CRYPT}fNnkhX2OePTOj | looks like traditional DES",
        "$y$j9T$c2VjcmV0$YfPDDaRCA0BIOkmYrWvNF6FYGfrHO4lIXSaDAUaa4iD | looks like yescrypt ($y$)",
        "$gy$j9T$c2VjcmV0$YfPDDaRCA0BIOkmYrWvNF6FYGfrHO4lIXSaDAUaa4iD | looks like yescrypt ($y$)",
        "$sha1$40000$c2VjcmV0$hNnkhX2OePTOjPyWbttNhgRIbLtY | looks like crypt(3)'s SHA-1",
        "{MD5}" + SECRET + " | the scheme is unknown",
        "{MD5.HEX}c2VjcmV0 | not hexadecimal",
        "{SHA512-CRYPT.B64}c2VjcmV0! | not base64",
        "{SHA512-CRYPT.HEX}c2VjcmV0 | not hexadecimal",
        "{SHA512-CRYPT.B64}//// | not text in the base64",
        "{SHA512-CRYPT.ROT13}" + SECRET + " | the scheme is unknown",
        "{SHA512-CRYPT.}" + SECRET + " | the scheme is unknown",
        "{.B64}" + SECRET + " | the scheme is unknown",
        "{SHA.HEX}" + SECRET + " | not hexadecimal",
        "{SHA.B64}2f9e53523b62abc141a2b4d6019d23cba835dbd0 | 30 octets; it must have 20",
        "$argon2id$v=19$m=64,t=2$" + SECRET + "$" + SECRET + SECRET + " | lacks p",
        "$argon2id$v=19$p=1,t=2$" + SECRET + "$" + SECRET + SECRET + " | lacks m",
        "$argon2id$v=19$p=1$" + SECRET + "$" + SECRET + SECRET + " | lacks m and t",
        "$argon2id$v=19$m=64,t=2,p=1,t=2$" + SECRET + "$" + SECRET + SECRET + " | has t twice",
        "$argon2id$v=19$m=64,t=2,p=1,data=c2VjcmV0$" + SECRET + "$" + SECRET + SECRET + " | has data, which is not supported",
        "$argon2id$v=19$m=64,t=2,p=1,keyid=c2VjcmV0$" + SECRET + "$" + SECRET + SECRET + " | has keyid, which is not supported",
        "$argon2id$v=19$m=64,t=2,p=1,c2VjcmV0$" + SECRET + "$" + SECRET + SECRET + " | has something else",
        "$argon2id$v=19$m=64,t=c2VjcmV0,p=1$" + SECRET + "$" + SECRET + SECRET + " | and t is not a number",
        "$argon2id$v=19$$" + SECRET + "$" + SECRET + SECRET + " | has something else",
        "$scrypt$ln=3,p=1$" + SECRET + "$" + SECRET + SECRET + " | lacks r",
        "$scrypt$ln=3,r=8,r=8,p=1$" + SECRET + "$" + SECRET + SECRET + " | has r twice",
        "$pbkdf2-sha256$l=32$" + SECRET + "$" + SECRET + SECRET + " | lacks i",
        "$pbkdf2-sha256$i=11,l=32$" + SECRET + "$" + SECRET + SECRET + " | rounds=11 is not within 1 to 10",
        "{PLAIN} | there is no password after {PLAIN}",
    })
    void refusesWhatItCannotUseAndNamesTheFault(String hash, String fault) {
        assertThatThrownBy(() -> schemes.read(hash))
            .isInstanceOf(MalformedHashException.class)
            .hasMessageContaining(fault)
            .hasNoCause()
            .satisfies(e -> assertThat(e.getMessage()).doesNotContain("c2VjcmV0", "WG5d8oPm", "wfPLwcE6", "cMEF6Dbf", "hNnkhX2O", "f7be"));
    }

    @Test
    void whatIsLongerThanAnyHashIsRefusedWhateverItIs() {
        for (String start : List.of("", "{SSHA}", "{SHA.HEX}", "{SHA512-CRYPT}$6$", "$argon2id$v=19$", "{PBKDF2}$1$a$1$", "{PLAIN}")) {
            assertThatThrownBy(() -> schemes.read(start + "ab".repeat(1_000_000)))
                .isInstanceOf(MalformedHashException.class).hasMessage("it is longer than any hash; copy it again");
        }
    }

    @ParameterizedTest(name = "{0} octets of salt: {1}")
    @CsvSource({"1, true", "3, true", "4, false", "8, false"})
    void aSaltThatIsShorterThanAnyToolMakesItIsTakenAndDoubted(int octets, boolean doubted) {
        for (String digest : List.of("SHA-1", "SHA-256", "SHA-512")) {
            byte[] salt = DerivedHash.random(octets);
            byte[] sum = Digests.digest(digest, PASSWORD, salt);
            byte[] whole = Arrays.copyOf(sum, sum.length + octets);
            System.arraycopy(salt, 0, whole, sum.length, octets);
            String name = digest.equals("SHA-1") ? "SSHA" : "S" + digest.replace("-", "");
            PasswordHash hash = schemes.read("{" + name + "}" + Base64.getEncoder().encodeToString(whole));

            assertThat(hash.matches(PASSWORD)).isTrue();
            assertThat(hash.doubt().isPresent()).isEqualTo(doubted);
            hash.doubt().ifPresent(doubt -> assertThat(doubt).contains("a salt of " + octets + " octets", "is it truncated?"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{PLAIN}secret", "{CLEARTEXT}secret", "{clear}secret"})
    void plainPasswordsAreTakenOnlyWhereItIsSaid(String text) {
        assertThat(schemes.read(text).matches("secret".getBytes(UTF_8))).isTrue();
        assertThat(schemes.preferred().name()).isEqualTo("ARGON2ID");
        assertThatThrownBy(() -> PasswordSchemes.standard().read(text))
            .isInstanceOf(MalformedHashException.class).hasMessage("plain passwords are not allowed here; make a hash of it");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', value = {
        "$argon2id$v=19$m=19456,t=2,p=1$" + SECRET + "$" + SECRET + SECRET + " | false",
        "$argon2id$v=19$m=19456,t=1,p=1$" + SECRET + "$" + SECRET + SECRET + " | true",
        "$argon2id$v=19$m=65536,t=1,p=1$" + SECRET + "$" + SECRET + SECRET + " | false",
        "$argon2id$v=19$m=256,t=2,p=1$" + SECRET + "$" + SECRET + SECRET + " | true",
        "$argon2i$v=19$m=4096,t=3,p=1$" + SECRET + "$" + SECRET + SECRET + " | false",
        "$2y$14$yNo5qH8i9JQHbEcZbdLDXeOGrcI5EcyBwhtNqq.2u6UqM.BvNiMeC | true",
        "{PLAIN}secret | true",
        "{SCRAM-SHA-256}4096,c2FsdA==,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU= | false",
    })
    void whatIsWeakerThanANewHashIsOutdated(String hash, boolean outdated) {
        PasswordSchemes standard = PasswordSchemes.standard().withPlain();

        assertThat(standard.isOutdated(standard.read(hash))).isEqualTo(outdated);
    }

    @Test
    void aStrongerHashThanThePreferredIsNotOutdated() {
        PasswordSchemes bcrypt = new PasswordSchemes(List.of(new BCrypt(6), Argon2.id(8, 1, 1), Sha.sha1()));

        assertThat(bcrypt.isOutdated(bcrypt.read("{ARGON2ID}" + Argon2.id(8, 1, 1).hash(PASSWORD)))).isFalse();
        assertThat(bcrypt.isOutdated(bcrypt.read(new BCrypt(5).hash(PASSWORD)))).isTrue();
        assertThat(bcrypt.isOutdated(bcrypt.read(new BCrypt(7).hash(PASSWORD)))).isFalse();
        assertThat(bcrypt.isOutdated(bcrypt.read("{SHA}" + Sha.sha1().hash(PASSWORD)))).isTrue();
        assertThat(bcrypt.hash(PASSWORD)).startsWith("{BCRYPT}$2y$06$");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
        "argon2memory=1 | no limit is named",
        "bcryptCost | bcryptCost is not a number",
        "bcryptCost=x | bcryptCost is not a number",
        "bcryptCost=32 | bcryptCost can be 1 to 31",
        "pbkdf2Rounds=0 | pbkdf2Rounds can be 1 to",
    })
    void limitsThatMakeNoSenseAreRefused(String text, String fault) {
        assertThatThrownBy(() -> CostLimits.parse(text)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(fault);
    }

    @Test
    void limitsAreValues() {
        assertThat(CostLimits.parse("bcryptCost=14")).isEqualTo(CostLimits.standard().with(CostLimits.CostLimit.BCRYPT_COST, 14))
            .hasSameHashCodeAs(CostLimits.parse(" bcryptCost=14 ")).isNotEqualTo(CostLimits.standard());
        assertThat(CostLimits.standard()).hasToString("argon2Memory=1048576 argon2Passes=64 argon2Lanes=16 argon2Work=4194304 bcryptCost=16"
            + " scryptMemory=1048576 scryptWork=4194304 pbkdf2Rounds=10000000 cryptRounds=5000000");
    }
}
