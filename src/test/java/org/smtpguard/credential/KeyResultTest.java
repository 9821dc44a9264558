package org.smtpguard.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.smtpguard.credential.CredentialResult.Kind;

class KeyResultTest {
    private static final ScramKeys KEYS = keys(4096, "salt");

    @Test
    void theKeysOfAUserAreThoseOfTheirPasswords() {
        KeyResult found = KeyResult.found("alice", KEYS);

        assertThat(found.kind()).isEqualTo(Kind.ACCEPTED);
        assertThat(found.keys()).containsSame(KEYS);
        assertThat(found.detail()).isEqualTo("alice");
        assertThat(found.candidates()).extracting(KeyCandidate::verdict).containsExactly(CredentialResult.accepted("alice"));
        assertThat(found.asCredentialResult()).isEqualTo(CredentialResult.accepted("alice"));
        assertThat(found).hasToString("ACCEPTED (alice)");
    }

    @Test
    void severalPasswordsHaveOneSaltAndOneIterationCount() {
        assertThat(KeyResult.found("alice", List.of(candidate(KEYS), candidate(keys(4096, "salt")))).candidates()).hasSize(2);
        for (List<KeyCandidate> others : List.of(List.<KeyCandidate>of(), List.of(candidate(KEYS), candidate(keys(4097, "salt"))),
            List.of(candidate(KEYS), candidate(keys(4096, "salz"))))) {
            assertThatThrownBy(() -> KeyResult.found("alice", others)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aUserWithoutKeysIsUnknownOrHasNoneOrIsDisabled() {
        assertThat(KeyResult.unknown().asCredentialResult()).isEqualTo(CredentialResult.unknown());
        assertThat(KeyResult.keyless().asCredentialResult()).isEqualTo(CredentialResult.keyless());
        assertThat(KeyResult.disabled().asCredentialResult()).isEqualTo(CredentialResult.disabled());
        for (KeyResult none : List.of(KeyResult.unknown(), KeyResult.keyless(), KeyResult.disabled())) {
            assertThat(none.keys()).isEmpty();
            assertThat(none.candidates()).isEmpty();
            assertThat(none.refusal()).isEqualTo(none.asCredentialResult());
            assertThat(none.by(Optional.of("file")).refusal()).isEqualTo(none.asCredentialResult().by("file"));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.INCLUDE, names = {"UNAVAILABLE", "BLOCKED", "DISABLED", "REFUSED", "UNKNOWN"})
    void whatStopsALookUpIsTheResultOfTheLogIn(Kind kind) {
        KeyResult none = KeyResult.none(result(kind));

        assertThat(none.kind()).isEqualTo(kind);
        assertThat(none.asCredentialResult()).isEqualTo(result(kind));
        assertThat(none.backend()).isEmpty();
        assertThat(KeyResult.none(CredentialResult.notQueried("circuit open")).asCredentialResult().wasQueried()).isFalse();
        assertThat(KeyResult.none(CredentialResult.unavailable("down").forThisUser()).asCredentialResult().isForThisUser()).isTrue();
    }

    @Test
    void aWrongProofIsAWrongPasswordOfTheBackendThatHasTheKeys() {
        KeyResult found = KeyResult.found("alice", KEYS).by(Optional.of("file"));

        assertThat(found.backend()).hasValue("file");
        assertThat(found.refusal()).isEqualTo(CredentialResult.refused().by("file"));
    }

    @Test
    void noTextShowsAKey() {
        assertThat(KEYS).hasToString("(SCRAM keys, i=4096)");
        assertThat(candidate(KEYS)).hasToString("(SCRAM keys, i=4096)");
    }

    @Test
    void keysAreCopied() {
        byte[] octets = {1, 2, 3};
        ScramKeys keys = new ScramKeys(4096, octets, octets, octets);
        octets[0] = 9;
        keys.salt()[1] = 9;
        keys.storedKey()[1] = 9;
        keys.serverKey()[1] = 9;

        assertThat(keys.iterations()).isEqualTo(4096);
        assertThat(keys.salt()).containsExactly(1, 2, 3);
        assertThat(keys.storedKey()).containsExactly(1, 2, 3);
        assertThat(keys.serverKey()).containsExactly(1, 2, 3);
    }

    @Test
    void theCensusAddsUpTheUsersOfEachShape() {
        KeyCensus sum = KeyCensus.counted(Map.of(KeyShape.of(4096, 16), 2L, KeyShape.of(10_000, 16), 4L))
            .and(KeyCensus.counted(Map.of(KeyShape.of(4096, 12), 3L)));

        assertThat(sum.typical()).as("most users by iterations, then by salt").hasValue(KeyShape.of(4096, 12));
        assertThat(sum.and(KeyCensus.counted(Map.of(KeyShape.of(4096, 16), 1L))).typical()).as("the longer salt of two")
            .hasValue(KeyShape.of(4096, 16));
        assertThat(KeyCensus.counted(Map.of(KeyShape.of(1, 8), 1L, KeyShape.of(2, 8), 1L)).typical()).as("the higher count of two")
            .hasValue(KeyShape.of(2, 8));
    }

    @Test
    void aCensusIsEmptyIfCertainlyNoUserHasKeys() {
        KeyCensus empty = KeyCensus.counted(Map.of());
        KeyCensus one = KeyCensus.counted(Map.of(KeyShape.of(4096, 16), 1L));

        assertThat(empty.isEmpty()).isTrue();
        assertThat(empty.typical()).isEmpty();
        assertThat(empty.and(empty).isEmpty()).isTrue();
        assertThat(one.isEmpty()).isFalse();
        assertThat(KeyCensus.uncounted().isEmpty()).isFalse();
        assertThat(KeyCensus.sampled(Map.of()).isEmpty()).isFalse();
        assertThat(empty.and(KeyCensus.uncounted()).isEmpty()).isFalse();
        assertThat(KeyCensus.uncounted().and(empty).isEmpty()).isFalse();
        assertThat(one).hasToString("{i=4096 salt=16=1}");
        assertThat(KeyCensus.uncounted()).hasToString("{} and perhaps more");
    }

    @Test
    void shapesAreEqualIfBothNumbersAre() {
        KeyShape shape = KeyShape.of(4096, 16);

        assertThat(shape).isEqualTo(KeyShape.of(4096, 16)).hasSameHashCodeAs(KeyShape.of(4096, 16));
        assertThat(List.of(shape, KeyShape.of(4097, 16), KeyShape.of(4096, 17))).doesNotHaveDuplicates();
        assertThat(shape.hashCode()).isNotEqualTo(KeyShape.of(4097, 16).hashCode());
        assertThat(shape).isNotEqualTo("shape");
    }

    private static CredentialResult result(Kind kind) {
        switch (kind) {
            case UNAVAILABLE:
                return CredentialResult.unavailable("down");
            case BLOCKED:
                return CredentialResult.blocked("wait");
            case DISABLED:
                return CredentialResult.disabled();
            case REFUSED:
                return CredentialResult.keyless();
            default:
                return CredentialResult.unknown();
        }
    }

    private static KeyCandidate candidate(ScramKeys keys) {
        return new KeyCandidate(keys, () -> CredentialResult.accepted("alice"));
    }

    private static ScramKeys keys(int iterations, String salt) {
        return new ScramKeys(iterations, salt.getBytes(StandardCharsets.US_ASCII), new byte[32], new byte[32]);
    }
}
