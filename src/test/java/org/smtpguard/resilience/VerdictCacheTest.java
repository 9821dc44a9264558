package org.smtpguard.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.OverloadException;
import org.smtpguard.credential.Secret;

/** A backend with {@code <cache accepted="5m" refused="30s"/>}, unless a test wants another one. */
class VerdictCacheTest {
    private static final String PASSWORD = "s3cr3t-Password";
    private static final CredentialResult YES = CredentialResult.accepted("alice@localhost");
    private static final CredentialResult NO = CredentialResult.refused();
    private static final CredentialResult DOWN = CredentialResult.unavailable("connection refused");
    private static final Duration MOMENT = Duration.ofMillis(1);

    private final VirtualTime time = new VirtualTime();
    private final TestBackend backend = new TestBackend();

    @Test
    void aVerdictIsRememberedForAsLongAsItsKindLives() {
        assertLives(YES, Duration.ofMinutes(5));
        assertLives(NO, Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"UNKNOWN", "REFUSED", "DISABLED", "EXPIRED"})
    void everyNoLivesTheSameSoThatHasteDoesNotTellWhoExists(Kind kind) {
        assertLives(of(kind), Duration.ofSeconds(30));
    }

    private void assertLives(CredentialResult verdict, Duration life) {
        Safeguarded safeguarded = around(Map.of());
        backend.asked.clear();
        backend.answers(verdict);
        assertThat(ask(safeguarded, "alice", PASSWORD)).isCompletedWithValue(verdict);
        backend.isSilent();

        time.pass(life.minus(MOMENT));
        assertThat(ask(safeguarded, "alice", PASSWORD)).as("answered at once").isCompletedWithValue(verdict);
        assertThat(backend.asked).hasSize(1);
        time.pass(MOMENT);
        assertThat(ask(safeguarded, "alice", PASSWORD)).isNotDone();
        assertThat(backend.asked).hasSize(2);
    }

    @Test
    void unavailableIsNotRemembered() {
        Safeguarded safeguarded = around(Map.of());
        backend.answers(DOWN);
        ask(safeguarded, "alice", PASSWORD);
        backend.answers(YES);

        assertThat(ask(safeguarded, "alice", PASSWORD)).isCompletedWithValue(YES);
    }

    @Test
    void anotherNameOrPasswordIsAnotherClaim() {
        Safeguarded safeguarded = around(Map.of());
        backend.answers(YES);
        ask(safeguarded, "alice", "bob");
        backend.answers(NO);

        assertThat(ask(safeguarded, "alice", "Bob")).isCompletedWithValue(NO);
        assertThat(ask(safeguarded, "alic", "ebob")).isCompletedWithValue(NO);
        assertThat(backend.asked).hasSize(3);
        assertThat(ask(safeguarded, "alice", "bob")).isCompletedWithValue(YES);
        assertThat(backend.asked).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({"accepted, 1, 2", "refused, 2, 1"})
    void aKindThatIsNotToBeRememberedIsNot(String kind, int refusedAsked, int acceptedAsked) {
        Safeguarded safeguarded = around(Map.of("cache " + kind, "0"));
        backend.answers(NO);
        ask(safeguarded, "alice", "wrong");
        ask(safeguarded, "alice", "wrong");
        assertThat(backend.asked).hasSize(refusedAsked);
        backend.answers(YES);
        ask(safeguarded, "alice", PASSWORD);
        ask(safeguarded, "alice", PASSWORD);

        assertThat(backend.asked).hasSize(refusedAsked + acceptedAsked);
    }

    @Test
    void aChangeAtTheBackendDropsAllOfIt() {
        Safeguarded safeguarded = around(Map.of("cache stale", "1h"));
        backend.answers(YES);
        ask(safeguarded, "alice", PASSWORD);

        backend.listener.run();
        backend.answers(DOWN);

        assertThat(ask(safeguarded, "alice", PASSWORD)).isCompletedWithValue(DOWN);
    }

    @Test
    void aVerdictThatWasAskedForBeforeAChangeIsNotRememberedAfterIt() {
        Safeguarded safeguarded = around(Map.of());
        CompletableFuture<CredentialResult> early = ask(safeguarded, "alice", PASSWORD);
        backend.listener.run();

        backend.last().complete(YES);

        assertThat(early).isCompletedWithValue(YES);
        backend.answers(NO);
        assertThat(ask(safeguarded, "alice", PASSWORD)).isCompletedWithValue(NO);
    }

    @Test
    void aClientThatHangsUpLeavesItsVerdictToTheNext() {
        Safeguarded safeguarded = around(Map.of());
        ask(safeguarded, "alice", PASSWORD).cancel(false);
        backend.last().complete(YES);

        assertThat(ask(safeguarded, "alice", PASSWORD)).isCompletedWithValue(YES);
        assertThat(backend.asked).hasSize(1);
    }

    @Test
    void anAnswerThatComesTooLateIsNotRemembered() {
        Safeguarded safeguarded = around(Map.of());
        CompletableFuture<CredentialResult> slow = new CompletableFuture<>();
        backend.behaviour = credentials -> slow.minimalCompletionStage();
        ask(safeguarded, "alice", PASSWORD);
        time.pass(safeguarded.timeLimit());
        slow.complete(YES);

        backend.answers(NO);
        assertThat(ask(safeguarded, "alice", PASSWORD)).isCompletedWithValue(NO);
    }

    @Test
    void pastItsLifeAVerdictCountsWhileTheBackendIsDownIfTheOperatorSaysSo() {
        Safeguarded safeguarded = around(Map.of("cache stale", "1h"));
        backend.answers(YES);
        ask(safeguarded, "alice", PASSWORD);
        backend.answers(NO);
        ask(safeguarded, "alice", "wrong");
        backend.answers(DOWN);
        time.pass(Duration.ofMinutes(5).plus(Duration.ofHours(1)).minus(MOMENT));

        assertThat(ask(safeguarded, "alice", PASSWORD)).isCompletedWithValue(YES);
        assertThat(ask(safeguarded, "alice", "wrong")).as("refusals live shorter").isCompletedWithValue(DOWN);
        assertThat(ask(safeguarded, "bob", PASSWORD)).as("was never here").isCompletedWithValue(DOWN);
        time.pass(MOMENT);
        assertThat(ask(safeguarded, "alice", PASSWORD)).isCompletedWithValue(DOWN);
        assertThat(safeguarded.status().cache().stale()).isEqualTo(1);
    }

    @Test
    void pastItsLifeAVerdictCountsForNothingOtherwise() {
        Safeguarded safeguarded = around(Map.of());
        backend.answers(YES);
        ask(safeguarded, "alice", PASSWORD);
        backend.answers(DOWN);
        time.pass(Duration.ofMinutes(5));

        assertThat(ask(safeguarded, "alice", PASSWORD)).isCompletedWithValue(DOWN);
    }

    @Test
    void pastItsLifeAVerdictDoesNotCountOnceTheBackendAnswersAgain() {
        Safeguarded safeguarded = around(Map.of("cache stale", "1h"));
        backend.answers(YES);
        ask(safeguarded, "alice", PASSWORD);
        time.pass(Duration.ofMinutes(6));
        backend.answers(NO);

        assertThat(ask(safeguarded, "alice", PASSWORD)).isCompletedWithValue(NO);
        backend.answers(DOWN);
        time.pass(Duration.ofMinutes(1));
        assertThat(ask(safeguarded, "alice", PASSWORD)).as("the last verdict, not the one before").isCompletedWithValue(NO);
    }

    @Test
    void pastItsLifeAVerdictIsGivenAtOnceWhileTheBreakerIsOpen() {
        Safeguarded safeguarded = around(Map.of("cache stale", "1h", "circuitBreaker failures", "1"));
        backend.answers(YES);
        ask(safeguarded, "alice", PASSWORD);
        time.pass(Duration.ofMinutes(6));
        backend.answers(DOWN);
        ask(safeguarded, "bob", PASSWORD);
        backend.isSilent();

        assertThat(ask(safeguarded, "alice", PASSWORD)).isCompletedWithValue(YES);
        assertThat(backend.asked).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "workers", "closed"})
    void pastItsLifeAVerdictDoesNotCountWhereTheBackendIsNotToBlame(String cause) {
        Safeguarded safeguarded = around(Map.of("cache stale", "1h", "concurrency max", "1", "concurrency queue", cause.equals("full")
            ? "0" : "1"));
        backend.answers(YES);
        ask(safeguarded, "alice", PASSWORD);
        time.pass(Duration.ofMinutes(6));
        if (cause.equals("workers")) {
            backend.behaviour = credentials -> CompletableFuture.failedFuture(new OverloadException());
        } else {
            backend.isSilent();
            ask(safeguarded, "bob", PASSWORD);
        }

        CompletableFuture<CredentialResult> answer = ask(safeguarded, "alice", PASSWORD);
        if (cause.equals("closed")) {
            safeguarded.close();
        }

        assertThat(answer.join().kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(safeguarded.status().cache().stale()).isZero();
    }

    @Test
    void aVerdictCountsOnlyForRequestsOfWhichTheBackendIsToldTheSame() {
        Safeguarded safeguarded = around(Map.of());
        backend.answers(YES);
        Origin seen = Origin.of("PLAIN", Optional.of("192.0.2.1"), Optional.of("session-1"), true);
        askFrom(safeguarded, seen);
        backend.answers(NO);

        assertThat(askFrom(safeguarded, Origin.of("PLAIN", Optional.of("192.0.2.1"), Optional.of("session-2"), true)))
            .as("the session's name is for logs").isCompletedWithValue(YES);
        assertThat(askFrom(safeguarded, Origin.of("PLAIN", Optional.of("192.0.2.1"), Optional.empty(), false))).isCompletedWithValue(NO);
        assertThat(askFrom(safeguarded, Origin.of("LOGIN", Optional.of("192.0.2.1"), Optional.empty(), true))).isCompletedWithValue(NO);
        assertThat(askFrom(safeguarded, Origin.of("PLAIN", Optional.of("192.0.2.2"), Optional.empty(), true))).isCompletedWithValue(NO);
        assertThat(askFrom(safeguarded, Origin.of("PLAIN", Optional.empty(), Optional.empty(), true))).isCompletedWithValue(NO);
        assertThat(askFrom(safeguarded, seen)).isCompletedWithValue(YES);
    }

    private static CompletableFuture<CredentialResult> askFrom(Safeguarded safeguarded, Origin origin) {
        return safeguarded.verify(Credentials.of("alice", Secret.of(PASSWORD)).from(origin)).toCompletableFuture();
    }

    @Test
    void keepsNoMoreThanItMay() {
        Safeguarded safeguarded = around(Map.of("cache entries", "100"));
        backend.answers(YES);
        for (int i = 0; i < 1_000; i++) {
            ask(safeguarded, "user" + i, PASSWORD);
        }
        assertThat(safeguarded.status().cache().entries()).isEqualTo(100);
    }

    @Test
    void countsWhatItDoesAndTellsNoSecret() {
        try (LogCapture log = new LogCapture()) {
            Safeguarded safeguarded = around(Map.of());
            backend.answers(YES);
            for (int i = 0; i < 5; i++) {
                ask(safeguarded, "alice", PASSWORD);
            }
            BackendStatus.CacheStatus cache = safeguarded.status().cache();
            assertThat(cache.hits()).isEqualTo(4);
            assertThat(cache.misses()).isEqualTo(1);
            assertThat(cache.entries()).isEqualTo(1);
            assertThat(log.text() + safeguarded + safeguarded.status()).doesNotContain(PASSWORD);
        }
    }

    @Test
    void isNotThereUnlessTheOperatorWantsIt() {
        Safeguarded safeguarded = Safeguarded.around(backend, Safeguards.of(settings(Map.of())), time);
        Runnable before = backend.listener;
        backend.answers(YES);
        ask(safeguarded, "alice", PASSWORD);
        ask(safeguarded, "alice", PASSWORD);

        assertThat(backend.asked).hasSize(2);
        assertThat(backend.listener).as("nobody listens for changes").isSameAs(before);
    }

    private Safeguarded around(Map<String, String> elements) {
        Map<String, String> all = new TreeMap<>(Map.of("cache", ""));
        all.putAll(elements);
        return Safeguarded.around(backend, Safeguards.of(settings(all)), time);
    }

    private static BackendSettings settings(Map<String, String> elements) {
        return new BackendSettings("TestBackend", "corp", elements, url -> {
            throw new UnsupportedOperationException();
        });
    }

    private static CompletableFuture<CredentialResult> ask(Safeguarded safeguarded, String user, String password) {
        return safeguarded.verify(Credentials.of(user, Secret.of(password))).toCompletableFuture();
    }

    private static CredentialResult of(Kind kind) {
        switch (kind) {
            case UNKNOWN:
                return CredentialResult.unknown();
            case DISABLED:
                return CredentialResult.disabled();
            case EXPIRED:
                return CredentialResult.expired();
            default:
                return NO;
        }
    }
}
