package org.smtpguard.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.credential.CredentialResult.Kind;

class CredentialsTest {
    private static final byte[] KEY = new byte[32];

    @Test
    void anEmptyOrOverlongOneOrOneWithNulCanBeNoUsers() {
        assertThat(canBeValid("alice", "s3cret")).isTrue();
        assertThat(canBeValid("", "s3cret")).isFalse();
        assertThat(canBeValid("al\0ice", "s3cret")).isFalse();
        assertThat(canBeValid("\0alice", "s3cret")).isFalse();
        assertThat(canBeValid("alice", "")).isFalse();
        assertThat(canBeValid("alice", "s3\0cret")).isFalse();
        assertThat(canBeValid("alice", "\0")).isFalse();
        assertThat(canBeValid("alice", "x".repeat(Secret.MAX_OCTETS))).isTrue();
        assertThat(canBeValid("alice", "x".repeat(Secret.MAX_OCTETS + 1))).isFalse();
        assertThat(canBeValid("alice", "\ufdfa".repeat(3))).as("expands to 99 octets").isFalse();
        assertThat(canBeValid("alice", "\ufdfa".repeat(2))).as("expands to 66 octets").isTrue();
    }

    @Test
    void noTextShowsThePassword() {
        Credentials credentials = Credentials.of("alice", Secret.of("s3cret"));

        assertThat(credentials).hasToString("Credentials{username=alice}");
        assertThat(credentials.password()).hasToString("(secret)");
        assertThat(InstallationSecret.of(new byte[32])).hasToString("(installation secret)");
        assertThat(credentials.origin()).isSameAs(Origin.byHand());
        Origin origin = Origin.of("PLAIN", Optional.empty(), Optional.empty(), true);
        assertThat(credentials.from(origin).origin()).isSameAs(origin);
        assertThat(credentials.from(origin).username()).isEqualTo("alice");
    }

    @Test
    void aSecretIsCopied() {
        byte[] octets = "s3cret".getBytes(StandardCharsets.US_ASCII);
        Secret secret = Secret.of(octets);
        octets[0] = 'x';
        secret.bytes()[0] = 'x';

        assertThat(secret.bytes()).asString(StandardCharsets.US_ASCII).isEqualTo("s3cret");
        assertThat(secret.isEmpty()).isFalse();
        assertThat(Secret.of("geheim\u00b2").storedForm()).asString(StandardCharsets.US_ASCII).isEqualTo("geheim2");
    }

    @Test
    void eachUseOfAnInstallationSecretHasItsOwnKey() {
        byte[] octets = new byte[32];
        InstallationSecret secret = InstallationSecret.of(octets);
        octets[0] = 1;

        assertThat(secret.keyFor("a")).hasSize(32).isEqualTo(InstallationSecret.of(new byte[32]).keyFor("a"))
            .isNotEqualTo(secret.keyFor("b")).isNotEqualTo(InstallationSecret.of(octets).keyFor("a"));
        assertThat(InstallationSecret.random().keyFor("a")).isNotEqualTo(InstallationSecret.random().keyFor("a"));
        assertThat(InstallationSecret.randomOctets()).hasSize(32).isNotEqualTo(new byte[32]);
        assertThatThrownBy(() -> InstallationSecret.of(new byte[31])).isInstanceOf(IllegalArgumentException.class);
        // RFC 4231 §4.3, test case 2.
        assertThat(InstallationSecret.hmac("Jefe".getBytes(StandardCharsets.US_ASCII), "what do ya want for nothing?"))
            .asHexString().startsWith("5BDCC146BF60754E6A042426089575C7");
    }

    @Test
    void aNameAlwaysDrawsTheSameAndAllDrawAsUsersHave() {
        Draw<String> draw = new Draw<>(List.of("a", "b", "b", "b"), thing -> thing, KEY);
        int drawnA = 0;
        for (int i = 0; i < 1_000; i++) {
            String drawn = draw.of("user" + i);
            assertThat(drawn).isEqualTo(draw.of("user" + i));
            drawnA += drawn.equals("a") ? 1 : 0;
        }

        assertThat(drawnA).isBetween(200, 300);
        assertThatThrownBy(() -> new Draw<>(List.<String>of(), thing -> thing, KEY)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatANameDrawsDependsOnTheKeyAndHardlyOnOneUserMore() {
        byte[] otherKey = new byte[32];
        Arrays.fill(otherKey, (byte) 1);
        List<String> things = List.of("a", "b", "c", "d");
        Draw<String> draw = new Draw<>(things, thing -> thing, KEY);
        Draw<String> other = new Draw<>(things, thing -> thing, otherKey);
        Draw<String> more = new Draw<>(List.copyOf(Collections.nCopies(100, "a")), thing -> thing, KEY);
        int same = 0;
        Set<String> drawn = new HashSet<>();
        for (int i = 0; i < 400; i++) {
            same += draw.of("user" + i).equals(other.of("user" + i)) ? 1 : 0;
            drawn.add(draw.of("user" + i));
            assertThat(more.of("user" + i)).isEqualTo("a");
        }

        assertThat(same).isBetween(50, 150);
        assertThat(drawn).hasSize(4);
    }

    @Test
    void aBackendThatSaysNoMoreHasNoKeysAndRelaysNothing() {
        CredentialBackend backend = new Plain();

        assertThat(backend.claims(Secret.of("s3cret"))).isFalse();
        assertThat(backend.hasKeys()).isFalse();
        assertThat(backend.lookup("alice", "SCRAM-SHA-256", Origin.byHand()).toCompletableFuture().join().kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(backend.census("SCRAM-SHA-256").isEmpty()).isTrue();
        assertThat(new Plain() {
            @Override
            public boolean hasKeys() {
                return true;
            }
        }.census("SCRAM-SHA-256").isEmpty()).as("there may be keys").isFalse();
        assertThat(backend.identity("alice")).isEqualTo("alice");
        assertThat(backend.relayed()).isEmpty();
        assertThat(backend.relay("NTLM", Origin.byHand(), Optional.empty()).toCompletableFuture()).isCompletedExceptionally();
        assertThat(backend.check().toCompletableFuture()).isCompletedExceptionally();
        assertThat(backend.timeLimit()).hasSeconds(10);
        assertThat(List.of(backend.address(), backend.flaw(), backend.mistake(), backend.summary(), backend.appPasswords()))
            .allMatch(Optional::isEmpty);
        assertThat(backend.notices()).isEmpty();
        Origin origin = Origin.of("PLAIN", Optional.of("192.0.2.7"), Optional.of("session"), true);
        assertThat(backend.relevant(origin).sessionId()).isEmpty();
        assertThat(backend.relevant(origin).remoteAddress()).hasValue("192.0.2.7");
    }

    @Test
    void withoutAServerItsUsersAreUnavailable() throws Exception {
        assertThat(LocalUsers.none().verify("alice", Secret.of("s3cret")).kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThatThrownBy(LocalUsers.none()::probe).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aStepOfARelayIsAChallengeOrTheVerdict() {
        byte[] octets = {1, 2};
        RelayStep verdict = RelayStep.verdict("alice", CredentialResult.refused());
        RelayStep challenge = RelayStep.challenge(octets, response -> CompletableFuture.completedFuture(verdict));
        octets[0] = 9;
        challenge.challenge().orElseThrow()[1] = 9;

        assertThat(challenge.challenge()).hasValueSatisfying(copy -> assertThat(copy).containsExactly(1, 2));
        assertThat(challenge.verdict()).isEmpty();
        assertThat(challenge.claimed()).isEmpty();
        assertThat(challenge).hasToString("challenge");
        assertThat(challenge.respond(new byte[0]).toCompletableFuture()).isCompletedWithValue(verdict);
        assertThat(verdict.challenge()).isEmpty();
        assertThat(verdict.verdict()).hasValue(CredentialResult.refused());
        assertThat(verdict.claimed()).isEqualTo("alice");
        assertThat(verdict).hasToString("REFUSED (wrong password)");
        assertThatThrownBy(() -> verdict.respond(new byte[0])).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @CsvSource({"1ms, PT0.001S", "500 ms, PT0.5S", "2s, PT2S", " 5m , PT5M", "1h, PT1H", "30d, PT720H", "999999s, PT277H46M39S"})
    void aDurationHasAUnit(String text, Duration duration) {
        assertThat(BackendSettings.duration(text)).hasValue(duration);
    }

    @ParameterizedTest
    @CsvSource({"0s", "31d", "1", "s", "-1s", "1w", "1000000s", "1.5s", "''"})
    void otherTextsAreNoDuration(String text) {
        assertThat(BackendSettings.duration(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "9, 9", "'', 5"})
    void aNumberIsWithinItsRange(String text, int number) {
        assertThat(settings(Map.of("value", text)).number("value", 1, 9, 5)).isEqualTo(number);
    }

    @ParameterizedTest
    @CsvSource({"0", "10", "x", "-1", "1234567890"})
    void otherNumbersAreAMistake(String text) {
        BackendSettings settings = settings(Map.of("value", text));

        assertThatThrownBy(() -> settings.number("value", 1, 9, 5)).isInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void settingsOfABackendAreRead() {
        BackendSettings settings = settings(Map.of("yes", "true", "no", "false", "empty", "", "time", "2s", "file", "file://conf/x"));

        assertThat(settings.type()).isEqualTo("FileBackend");
        assertThat(settings.name()).isEqualTo("apps");
        assertThat(settings.flag("yes")).isTrue();
        assertThat(settings.flag("no")).isFalse();
        assertThat(settings.flag("missing")).isFalse();
        assertThat(settings.has("empty")).isTrue();
        assertThat(settings.has("missing")).isFalse();
        assertThat(settings.duration("time", Duration.ZERO)).hasSeconds(2);
        assertThat(settings.duration("missing", Duration.ofSeconds(7))).hasSeconds(7);
        assertThat(settings.file("file")).hasToString("/james/conf/x");
        assertThat(settings.keyFor("decoys")).hasSize(32).isNotEqualTo(settings.keyFor("salts"));
        assertThat(BackendSettings.attribute("cache", "stale")).isEqualTo("cache stale");
        assertThat(BackendSettings.attributesOf("concurrency")).containsExactly("max", "queue");
        assertThat(BackendSettings.attributesOf("file")).isEmpty();
    }

    @Test
    void settingsAreEqualIfTypeNameAndElementsAre() {
        BackendSettings settings = settings(Map.of("value", "1"));

        assertThat(settings).isEqualTo(settings(Map.of("value", "1"))).isNotEqualTo(settings(Map.of("value", "2")))
            .isNotEqualTo(new BackendSettings("FileBackend", "other", Map.of("value", "1"), CredentialsTest::resolved))
            .isNotEqualTo(new BackendSettings("LdapBackend", "apps", Map.of("value", "1"), CredentialsTest::resolved))
            .isNotEqualTo("settings").doesNotHaveSameHashCodeAs(settings(Map.of("value", "2")));
    }

    private static boolean canBeValid(String user, String password) {
        return Credentials.of(user, Secret.of(password)).canBeValid();
    }

    private static BackendSettings settings(Map<String, String> elements) {
        return new BackendSettings("FileBackend", "apps", elements, CredentialsTest::resolved);
    }

    private static Path resolved(String url) {
        return Path.of("/james").resolve(url.substring("file://".length()));
    }

    /** What a backend has to implement, and no more. */
    static class Plain implements CredentialBackend {
        @Override
        public String name() {
            return "plain";
        }

        @Override
        public CompletionStage<CredentialResult> verify(Credentials credentials) {
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
    }
}
