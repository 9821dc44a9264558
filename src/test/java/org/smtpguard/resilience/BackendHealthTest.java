package org.smtpguard.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.Secret;

/** What is said of a backend after what has happened: the table in {@code docs/monitoring.md}. */
@Timeout(60)
class BackendHealthTest {
    private static final Duration LIMIT = Duration.ofMillis(200);

    private final VirtualTime time = new VirtualTime();
    private final Patient backend = new Patient();

    /**
     * <pre>
     * yes, no       answers
     * unsure        the service works, and could not tell for this user
     * refused       no connection: no log-in is the cause
     * broken        an internal error: this log-in may be the cause
     * silent        no answer within the limit
     * full          overload of this server
     * check, nocheck, found  a check that succeeds, that nothing is known of, that finds a problem
     * flaw, noflaw  the backend reports a flaw from now on, or none
     * wait          a minute passes
     * retry         the time passes after which a trial request is admitted
     * </pre>
     */
    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', value = {
        "                                  | healthy  | not queried yet",
        "yes                               | healthy  | it answers",
        "no                                | healthy  | it answers",
        "unsure                            | healthy  | it answers",
        "check                             | healthy  | its check succeeded; no request was answered yet",
        "nocheck                           | healthy  | not queried yet",
        "check yes                         | healthy  | it answers",
        // The last request failed, and no log-in can be the cause: down at once, long before the circuit opens.
        "refused                           | down     | 1 failure: connection refused",
        "yes refused                       | down     | 1 failure: connection refused",
        "yes refused refused               | down     | 2 failures in a row, the last: connection refused",
        "yes refused wait                  | down     | 1 failure: connection refused",
        "refused yes                       | healthy  | it answers",
        "refused no                        | healthy  | it answers",
        "refused unsure                    | healthy  | it answers",
        "refused refused refused           | down     | circuit open: 3 failures in a row, the last: connection refused",
        "refused refused refused yes       | down     | circuit open: 3 failures in a row, the last: connection refused",
        "refused refused refused retry no  | healthy  | it answers",
        "refused refused refused retry silent | down  | circuit open: 4 failures in a row, the last: no answer within 200 ms",
        // It may have failed for that user only: degraded, until so many fail that it is an outage.
        "broken                            | degraded | 1 failure: it answered 500",
        "broken yes                        | healthy  | it answers",
        "silent                            | degraded | 1 failure: no answer within 200 ms",
        "silent silent                     | degraded | 2 failures in a row, the last: no answer within 200 ms",
        "silent silent silent              | down     | circuit open: 3 failures in a row, the last: no answer within 200 ms",
        "silent refused                    | down     | 2 failures in a row, the last: connection refused",
        // Others are answered at the same time.
        "no broken                         | degraded | not all requests are answered: it answered 500",
        "no broken yes                     | degraded | not all requests are answered: it answered 500",
        "no broken wait                    | healthy  | it answers",
        // Overload of this server is not the backend's.
        "full                              | degraded | this server is overloaded, not the backend: too many requests wait",
        "yes full full full full           | degraded | this server is overloaded, not the backend: too many requests wait",
        "yes full wait                     | healthy  | it answers",
        "refused full                      | down     | 1 failure: connection refused",
        // A check sees what a log-in would meet first.
        "found                             | down     | nobody listens",
        "yes found                         | down     | nobody listens",
        "yes found check                   | healthy  | it answers",
        "yes found nocheck                 | down     | nobody listens",
        "yes found yes                     | healthy  | it answers",
        "yes found found yes               | healthy  | it answers",
        // As of a server that dislikes what the check does.
        "yes found yes found               | degraded | it answers requests, but its check fails: nobody listens",
        "yes found yes found yes           | degraded | it answers requests, but its check fails: nobody listens",
        "yes found yes found refused       | down     | 1 failure: connection refused",
        "yes found yes found check         | healthy  | it answers",
        "yes found yes check found         | down     | nobody listens",
        "refused check                     | healthy  | its check succeeded; no request was answered yet",
        "refused refused refused check     | healthy  | its check succeeded; no request was answered yet",
        "refused refused refused nocheck   | down     | circuit open: 3 failures in a row, the last: connection refused",
        "refused found                     | down     | 1 failure: connection refused; nobody listens",
        // It cannot see what may be the log-ins' fault, unless it has failed too.
        "silent silent silent check        | down     | circuit open: 3 failures in a row, the last: no answer within 200 ms",
        "silent silent silent found check  | healthy  | its check succeeded; no request was answered yet",
        "silent check                      | degraded | 1 failure: no answer within 200 ms",
        // A flaw is all that is wrong only where it answers.
        "flaw                              | degraded | one of two is away",
        "yes flaw                          | degraded | one of two is away",
        "yes flaw noflaw                   | healthy  | it answers",
        "flaw refused                      | down     | 1 failure: connection refused",
        "flaw no broken                    | degraded | not all requests are answered: it answered 500; one of two is away"})
    void followsFromWhatHappenedLast(String events, String state, String reason) {
        Safeguarded safeguarded = around(Map.of("circuitBreaker failures", "3"));

        play(safeguarded, events);

        assertThat(safeguarded.health().state() + ": " + safeguarded.health().reason()).isEqualTo(state + ": " + reason);
        assertThat(safeguarded.status().health().toString()).isEqualTo(safeguarded.health().toString());
    }

    @ParameterizedTest
    @CsvSource({"4, DEGRADED", "5, DOWN"})
    void withoutACircuitFiveFailuresThatLogInsMayHaveCausedAreAnOutage(int failures, Health.State state) {
        Safeguarded safeguarded = around(Map.of("circuitBreaker failures", "0"));

        play(safeguarded, "silent ".repeat(failures));

        assertThat(safeguarded.health().state()).isEqualTo(state);
    }

    @Test
    void expiredEntriesOfTheCacheAreNamed() {
        Safeguarded safeguarded = around(Map.of("cache", "", "cache accepted", "1m", "cache stale", "1h", "circuitBreaker failures", "3"));
        play(safeguarded, "yes wait wait broken");

        assertThat(safeguarded.health().toString()).startsWith("degraded since ").endsWith(
            "1 failure: it answered 500; users are answered from expired entries of its cache, as far as there are any");
        play(safeguarded, "refused");
        assertThat(safeguarded.health().toString()).startsWith("down since ").endsWith("as far as there are any");
        play(safeguarded, "no");
        assertThat(safeguarded.health().reason()).isEqualTo("it answers");
    }

    @Test
    void theTimeIsThatOfTheChangeAndNotOfTheReason() {
        Safeguarded safeguarded = around(Map.of("circuitBreaker failures", "3"));
        assertThat(safeguarded.health().since()).isEqualTo(VirtualTime.START);
        play(safeguarded, "yes wait refused wait refused refused");
        assertThat(safeguarded.health().since()).isEqualTo(VirtualTime.START.plusSeconds(60));
        play(safeguarded, "wait no wait no");
        assertThat(safeguarded.health().since()).isEqualTo(VirtualTime.START.plusSeconds(180));
        assertThat(safeguarded.status().lastAnswer()).contains(VirtualTime.START.plusSeconds(240));
    }

    @Test
    void eachChangeIsOneLineAndNothingElseIs() {
        try (LogCapture log = new LogCapture()) {
            Safeguarded safeguarded = around(Map.of("circuitBreaker failures", "0"));
            play(safeguarded, "yes no check yes refused refused refused wait refused yes yes flaw yes noflaw yes found found check");

            String again = "healthy backend=corp since=2024-01-01T00:01:00Z reason=\"it answers\"";
            assertThat(log.by("org.smtpguard.HEALTH")).containsExactly(
                "down backend=corp since=2024-01-01T00:00:00Z reason=\"1 failure: connection refused\"", again,
                "degraded backend=corp since=2024-01-01T00:01:00Z reason=\"one of two is away\"", again,
                "down backend=corp since=2024-01-01T00:01:00Z reason=\"nobody listens\"", again);
        }
    }

    @Test
    void aReasonIsOneLineOfALimitedLength() {
        Safeguarded safeguarded = around(Map.of());
        backend.flaw = Optional.of("a\r\n\u0000\"b\" " + "x".repeat(1000));
        try (LogCapture log = new LogCapture()) {
            assertThat(safeguarded.health().reason()).startsWith("a???\"b\" x").hasSize(503).endsWith("...");
            assertThat(log.text()).contains("reason=\"a???'b' x").doesNotContain("a\r");
        }
    }

    @Test
    void aBackendThatCannotTellItsFlawIsDegraded() {
        Safeguarded safeguarded = Safeguarded.around(new TestBackend() {
            @Override
            public Optional<String> flaw() {
                throw new IllegalStateException("s3cret");
            }
        }, Safeguards.of(settings(Map.of())), time);

        assertThat(safeguarded.health().toString()).startsWith("degraded").doesNotContain("s3cret");
        assertThat(safeguarded.verify(Credentials.of("alice", Secret.of("x"))).toCompletableFuture()).as("log-ins go on").isNotDone();
    }

    @Test
    void aCheckThatIsNotAnsweredBecauseThisServerIsBusyShowsNothing() {
        Safeguarded safeguarded = around(Map.of());
        backend.behaviour = credentials -> {
            credentials.origin().queued();
            return new CompletableFuture<>();
        };
        safeguarded.verify(Credentials.of("alice", Secret.of("x")));
        backend.check = new CompletableFuture<>();
        CompletableFuture<Optional<String>> check = safeguarded.check().toCompletableFuture();
        time.pass(LIMIT);

        assertThat(check).isCompletedWithValue(Optional.empty());
        assertThat(safeguarded.health().isHealthy()).isTrue();
    }

    @Test
    void aCheckThatIsNotAnsweredInTimeShowsAnOutage() {
        Safeguarded safeguarded = around(Map.of());
        backend.check = new CompletableFuture<>();
        CompletableFuture<Optional<String>> check = safeguarded.check().toCompletableFuture();
        time.pass(LIMIT);

        assertThat(check).isCompletedWithValue(Optional.of("no answer within 200 ms"));
        assertThat(safeguarded.health().isDown()).isTrue();
    }

    @Test
    void aCheckThatBeganBeforeAFailureDoesNotEndIt() {
        Safeguarded safeguarded = around(Map.of());
        backend.check = new CompletableFuture<>();
        safeguarded.check();
        time.pass(Duration.ofMillis(1));
        play(safeguarded, "refused");
        backend.check.complete(Optional.empty());

        assertThat(safeguarded.health().isDown()).isTrue();
    }

    @Test
    void anExceptionIsNamedWithTheAddress() {
        backend.address = Optional.of("ldap.example.org:636");
        Safeguarded safeguarded = around(Map.of());
        backend.behaviour = credentials -> CompletableFuture.failedFuture(new java.net.ConnectException("s3cret"));

        assertThat(safeguarded.verify(Credentials.of("alice", Secret.of("x"))).toCompletableFuture().join().reason())
            .isEqualTo("java.net.ConnectException, at ldap.example.org:636");
        assertThat(safeguarded.status().address()).contains("ldap.example.org:636");
    }

    @Test
    void requestsAreCountedByWhatCameOfThem() {
        Safeguarded safeguarded = around(Map.of("circuitBreaker failures", "0"));
        assertThat(safeguarded.status().latency()).isEmpty();
        play(safeguarded, "yes yes yes no no unsure refused silent full");

        BackendStatus.Requests requests = safeguarded.status().requests();
        assertThat(List.of(requests.accepted(), requests.refused(), requests.undecided(), requests.failed(), requests.overloaded()))
            .containsExactly(3L, 2L, 0L, 3L, 1L);
        BackendStatus.Latency latency = safeguarded.status().latency().orElseThrow();
        assertThat(latency.requests()).isEqualTo(8);
        assertThat(latency.median()).isZero();
        assertThat(latency.percentile99()).as("the silence counts").isEqualTo(200.0);
    }

    /** However the readers come in between, there is one history, in one order. */
    @ParameterizedTest
    @EnumSource(Health.State.class)
    void everyReaderSeesTheSame(Health.State state) throws Exception {
        Safeguarded safeguarded = around(Map.of("circuitBreaker failures", "0"));
        play(safeguarded, state == Health.State.DOWN ? "refused" : state == Health.State.DEGRADED ? "flaw" : "yes");
        List<CompletableFuture<String>> readers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            readers.add(CompletableFuture.supplyAsync(() -> safeguarded.health().toString()));
        }

        for (CompletableFuture<String> reader : readers) {
            assertThat(reader.get()).isEqualTo(safeguarded.health().toString()).startsWith(state.toString());
        }
    }

    private void play(Safeguarded safeguarded, String events) {
        for (String event : events == null ? new String[0] : events.trim().split("\\s+")) {
            switch (event) {
                case "yes":
                    ask(safeguarded, CredentialResult.accepted("alice"));
                    break;
                case "no":
                    ask(safeguarded, CredentialResult.refused());
                    break;
                case "unsure":
                    ask(safeguarded, CredentialResult.unavailable("locked").forThisUser());
                    break;
                case "refused":
                    ask(safeguarded, CredentialResult.unavailable("connection refused"));
                    break;
                case "broken":
                    ask(safeguarded, CredentialResult.unavailable("it answered 500").perhapsForThisUser());
                    break;
                case "silent":
                    backend.isSilent();
                    safeguarded.verify(Credentials.of("alice", Secret.of("x")));
                    time.pass(LIMIT);
                    break;
                case "full":
                    ask(safeguarded, CredentialResult.overloaded("too many requests wait"));
                    break;
                case "check":
                    check(safeguarded, CompletableFuture.completedFuture(Optional.empty()));
                    break;
                case "nocheck":
                    check(safeguarded, CompletableFuture.failedFuture(new UnsupportedOperationException()));
                    break;
                case "found":
                    check(safeguarded, CompletableFuture.completedFuture(Optional.of("nobody listens")));
                    break;
                case "flaw":
                    backend.flaw = Optional.of("one of two is away");
                    break;
                case "noflaw":
                    backend.flaw = Optional.empty();
                    break;
                case "wait":
                    time.pass(Duration.ofMinutes(1));
                    break;
                case "retry":
                    time.pass(Duration.ofSeconds(10));
                    break;
                default:
                    throw new IllegalArgumentException(event);
            }
        }
    }

    private void ask(Safeguarded safeguarded, CredentialResult answer) {
        backend.answers(answer);
        safeguarded.verify(Credentials.of("alice", Secret.of("x")));
    }

    private void check(Safeguarded safeguarded, CompletableFuture<Optional<String>> result) {
        // A check says nothing about failures at the same time.
        time.pass(Duration.ofNanos(1));
        backend.check = result;
        assertThat(safeguarded.check()).isCompleted();
    }

    private Safeguarded around(Map<String, String> elements) {
        Map<String, String> all = new TreeMap<>(Map.of("timeout", "200ms"));
        all.putAll(elements);
        return Safeguarded.around(backend, Safeguards.of(settings(all)), time);
    }

    private static BackendSettings settings(Map<String, String> elements) {
        return new BackendSettings("TestBackend", "corp", elements, url -> {
            throw new UnsupportedOperationException();
        });
    }

    /** A backend with a check. */
    private static final class Patient extends TestBackend {
        private CompletableFuture<Optional<String>> check = CompletableFuture.completedFuture(Optional.empty());
        private Optional<String> address = Optional.empty();

        @Override
        public CompletionStage<Optional<String>> check() {
            return check;
        }

        @Override
        public Optional<String> address() {
            return address;
        }
    }
}
