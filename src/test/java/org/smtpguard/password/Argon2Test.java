package org.smtpguard.password;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Base64;

import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.bouncycastle.util.encoders.Hex;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Argon2Test {
    private static final String SALT = "c29tZXNhbHQ";
    private static final String TAG = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

    private final Argon2 scheme = Argon2.id(CostLimits.standard());

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = ' ', quoteCharacter = '"', value = {
        // test.c of the reference implementation
        "reference password $argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "reference password $argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "reference password $argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
        "reference password $argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg",
        "reference password $argon2id$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$kCXUjmjvc5XMqQedpMTsOv+zyJEf5PhtGiUghW9jFyw",
        "argon2 secret $argon2id$v=19$m=19456,t=2,p=1$bDJHcFJPS3VyV1RwOS9MOQ$TIO7IQzAXx0TRYvIpI2NJbzWC1xqRPsXU04QFzXi83c",
        "argon2 secret $argon2id$v=19$m=256,t=1,p=2$MEFBcXRSSmIvUU1LYlFubw$tpHFvKNWRMZl/PF65azsqGudWIqYHZ/F",
        "doveadm pässwörd $argon2id$v=19$m=65536,t=3,p=1$1DBo6qQQtSn8dp0QISLyUw$vulv6JPgTATyo2F1lioqujp8+wq9/VMdDKOOO+Wi5B0",
        "argon2-cffi \"correct horse battery staple\" "
            + "$argon2id$v=19$m=256,t=2,p=3$qr/fyB1qQYgFwFy/nS69DA$FMUXsVh+ZKv/dEu2/xNV7G31Qrv+5hhuOe8aOv19zJ0",
    })
    void takesTheHashesOfOtherTools(String tool, String password, String hash) {
        PasswordHash read = scheme.read(hash);

        assertThat(read.matches(password.getBytes(UTF_8))).isTrue();
        assertThat(read.matches((password + "x").getBytes(UTF_8))).isFalse();
    }

    @Test
    @DisplayName("the library computes the vector of RFC 9106 §5.3, which has a secret and associated data")
    void theLibraryComputesTheVectorOfTheRfc() {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(32).withIterations(3).withParallelism(4)
            .withSalt(filled(16, 2)).withSecret(filled(8, 3)).withAdditional(filled(12, 4))
            .build());
        byte[] tag = new byte[32];
        generator.generateBytes(filled(32, 1), tag);

        assertThat(Hex.toHexString(tag)).isEqualTo("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
    }

    @Test
    void aNewHashIsOfTheRecommendedCostAndTakesItsPasswordAlone() {
        String hash = scheme.hash("secret".getBytes(UTF_8));

        assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
        assertThat(scheme.read(hash).matches("secret".getBytes(UTF_8))).isTrue();
        assertThat(scheme.read(hash).matches("Secret".getBytes(UTF_8))).isFalse();
    }

    @Test
    void twoHashesOfOnePasswordDiffer() {
        Argon2 cheap = Argon2.id(8, 1, 1);

        assertThat(cheap.hash("secret".getBytes(UTF_8))).isNotEqualTo(cheap.hash("secret".getBytes(UTF_8)));
    }

    @Test
    void aNulIsAnOctetLikeAnyOther() {
        Argon2 cheap = Argon2.id(8, 1, 1);
        PasswordHash hash = cheap.read(cheap.hash("a\0b".getBytes(UTF_8)));

        assertThat(hash.matches("a\0b".getBytes(UTF_8))).isTrue();
        assertThat(hash.matches("a".getBytes(UTF_8))).isFalse();
    }

    @Test
    void aDecoyCostsTheSameAndTakesNoPassword() {
        PasswordHash hash = scheme.read("$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc");
        PasswordHash decoy = hash.decoy();

        assertThat(decoy).hasToString("ARGON2ID m=256,t=2,p=2").hasToString(hash.toString());
        assertThat(decoy.cost()).isEqualTo(hash.cost());
        assertThat(decoy.matches("password".getBytes(UTF_8))).isFalse();
    }

    @Test
    void theTextOfAHashShowsItsCostAlone() {
        assertThat(scheme.read("$argon2id$v=19$m=256,t=2,p=1$" + SALT + "$" + TAG)).hasToString("ARGON2ID m=256,t=2,p=1");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
        "$argon2i$v=19$m=256,t=2,p=1$" + SALT + "$" + TAG + " | begins with $argon2id$",
        "$argon2id$m=256,t=2,p=1$" + SALT + "$" + TAG + " | not of version 1.3",
        "$argon2id$v=16$m=256,t=2,p=1$" + SALT + "$" + TAG + " | not of version 1.3",
        "$argon2id$ | not of version 1.3",
        "$argon2id$v=19$m=256,t=2,p=1$" + SALT + " | four fields",
        "$argon2id$v=19$m=256,t=2,p=1$" + SALT + "$" + TAG + "$ | four fields",
        "$argon2id$v=19$m=256,t=2$" + SALT + "$" + TAG + " | parameters",
        "$argon2id$v=19$m=256,t=2,p=1,data=AAAA$" + SALT + "$" + TAG + " | parameters",
        "$argon2id$v=19$m=,t=2,p=1$" + SALT + "$" + TAG + " | m is not a number",
        "$argon2id$v=19$m=256,t=-2,p=1$" + SALT + "$" + TAG + " | t is not a number",
        "$argon2id$v=19$m=99999999999999999999,t=2,p=1$" + SALT + "$" + TAG + " | m is not a number",
        "$argon2id$v=19$m=1048577,t=1,p=1$" + SALT + "$" + TAG + " | m=1048577 is not within 8 to 1048576",
        "$argon2id$v=19$m=15,t=1,p=2$" + SALT + "$" + TAG + " | m=15 is not within 16 to 1048576",
        "$argon2id$v=19$m=256,t=0,p=1$" + SALT + "$" + TAG + " | t=0 is not within 1 to 64",
        "$argon2id$v=19$m=256,t=65,p=1$" + SALT + "$" + TAG + " | t=65 is not within 1 to 64",
        "$argon2id$v=19$m=256,t=1,p=0$" + SALT + "$" + TAG + " | p=0 is not within 1 to 16",
        "$argon2id$v=19$m=256,t=1,p=17$" + SALT + "$" + TAG + " | p=17 is not within 1 to 16",
        "$argon2id$v=19$m=1048576,t=5,p=1$" + SALT + "$" + TAG + " | costs too much",
        "$argon2id$v=19$m=256,t=2,p=1$$" + TAG + " | salt of the Argon2id hash is not base64",
        "$argon2id$v=19$m=256,t=2,p=1$c29t!XNhbHQ$" + TAG + " | salt of the Argon2id hash is not base64",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZ$" + TAG + " | salt of the Argon2id hash is not base64",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXM$" + TAG + " | has 5 octets; it must have 8 to 64",
        "$argon2id$v=19$m=256,t=2,p=1$" + SALT + "$" + TAG + "= | hash of the Argon2id hash is not base64",
        "$argon2id$v=19$m=256,t=2,p=1$" + SALT + "$AAAAAAAA | has 6 octets; it must have 16 to 64",
    })
    void whatIsNotAUsableHashIsRefusedByNameOfTheFault(String hash, String fault) {
        assertThatThrownBy(() -> scheme.read(hash))
            .isInstanceOf(MalformedHashException.class)
            .hasMessageContaining(fault)
            .hasNoCause()
            .satisfies(e -> assertThat(e.getMessage()).doesNotContain(SALT, TAG, "c29t", "AAAAAAAA"));
    }

    @Test
    void hashesThatAreTooLongAreRefused() {
        String long65 = Base64.getEncoder().withoutPadding().encodeToString(new byte[65]);

        assertThatThrownBy(() -> scheme.read("$argon2id$v=19$m=256,t=2,p=1$" + long65 + "$" + TAG))
            .hasMessageContaining("65 octets; it must have 8 to 64");
        assertThatThrownBy(() -> scheme.read("$argon2id$v=19$m=256,t=2,p=1$" + SALT + "$" + long65))
            .hasMessageContaining("65 octets; it must have 16 to 64");
    }

    @Test
    void aCostOutOfRangeMakesNoScheme() {
        assertThatThrownBy(() -> Argon2.id(7, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Argon2.id(1 << 20, 64, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] filled(int octets, int value) {
        byte[] filled = new byte[octets];
        Arrays.fill(filled, (byte) value);
        return filled;
    }
}
