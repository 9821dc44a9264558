package org.smtpguard.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.KeyResult;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Secret;
import org.smtpguard.resilience.BackendStatus.State;

@Timeout(60)
class SafeguardedTest {
    private static final Duration LIMIT = Duration.ofMillis(200);
    private static final Duration PROBE_EVERY = Duration.ofSeconds(10);
    private static final Duration MOMENT = Duration.ofMillis(1);
    private static final String PASSWORD = "s3cr3t-Password";
    private static final Credentials ALICE = Credentials.of("alice", Secret.of(PASSWORD));
    private static final CredentialResult YES = CredentialResult.accepted("alice");
    private static final CredentialResult NO = CredentialResult.refused();
    private static final CredentialResult DOWN = CredentialResult.unavailable("connection refused");

    private final VirtualTime time = new VirtualTime();
    private final TestBackend backend = new TestBackend();

    @Nested
    @DisplayName("the time limit")
    class TheTimeLimit {
        @Test
        void endsAQuestionThatIsNotAnsweredAndAbandonsIt() {
            CompletableFuture<CredentialResult> answer = ask(around());

            time.pass(LIMIT.minus(MOMENT));
            assertThat(answer).isNotDone();
            time.pass(MOMENT);

            assertThat(answer).isCompletedWithValue(CredentialResult.unavailable("no answer within 200 ms"));
            assertThat(backend.last()).isCancelled();
        }

        @Test
        void isTheBackendsOwnUnlessTheOperatorSetsOne() {
            assertThat(around(Map.of("timeout", "3s")).timeLimit()).isEqualTo(Duration.ofSeconds(3));
            assertThat(Safeguarded.around(backend, Safeguards.of(settings(Map.of())), time).timeLimit()).isEqualTo(backend.timeLimit());
        }

        @Test
        void hasNoEffectOnAnAnswerInTime() {
            Safeguarded safeguarded = around();
            CompletableFuture<CredentialResult> answer = ask(safeguarded);

            backend.last().complete(YES);

            assertThat(answer).isCompletedWithValue(YES);
            assertThat(time.alarms()).isZero();
        }

        @Test
        void letsALateAnswerChangeNothing() {
            CompletableFuture<CredentialResult> slow = new CompletableFuture<>();
            backend.behaviour = credentials -> slow.minimalCompletionStage();
            CompletableFuture<CredentialResult> answer = ask(around());

            time.pass(LIMIT);
            slow.complete(YES);

            assertThat(answer.join().kind()).isEqualTo(Kind.UNAVAILABLE);
        }

        @Test
        void beginsWhenTheBackendIsQueried() {
            Safeguarded safeguarded = around(Map.of("concurrency max", "1"));
            ask(safeguarded);
            CompletableFuture<CredentialResult> second = ask(safeguarded);
            time.pass(LIMIT);
            assertThat(backend.asked).as("the first has used up its time, it is the second's turn").hasSize(2);

            time.pass(LIMIT.minus(MOMENT));
            assertThat(second).isNotDone();
            time.pass(MOMENT);

            assertThat(second).isCompletedWithValue(CredentialResult.unavailable("no answer within 200 ms"));
        }

        @Test
        void doesNotCountWhatARequestWaitsForAWorkerHoweverOften() {
            AtomicReference<Origin> queued = new AtomicReference<>();
            backend.behaviour = credentials -> {
                queued.set(credentials.origin());
                credentials.origin().queued();
                return new CompletableFuture<>();
            };
            Safeguarded safeguarded = around(Map.of("circuitBreaker failures", "1"));
            CompletableFuture<CredentialResult> answer = ask(safeguarded);

            time.pass(Duration.ofSeconds(4));
            queued.get().started();
            time.pass(Duration.ofMillis(100));
            queued.get().queued();
            time.pass(Duration.ofSeconds(4));
            queued.get().started();
            time.pass(Duration.ofMillis(99));
            assertThat(answer).isNotDone();
            time.pass(MOMENT);

            assertThat(answer).isCompletedWithValue(CredentialResult.unavailable("no answer within 200 ms"));
            assertThat(safeguarded.status().circuit()).isEqualTo(State.OPEN);
            assertThat(time.alarms()).isZero();
        }

        @Test
        void aRequestThatWaitsTooLongForAWorkerIsDroppedAsOverload() {
            backend.behaviour = credentials -> {
                credentials.origin().queued();
                return new CompletableFuture<>();
            };
            Safeguarded safeguarded = around(Map.of("circuitBreaker failures", "1"));
            CompletableFuture<CredentialResult> answer = ask(safeguarded);

            time.pass(RequestGate.QUEUE_LIMIT.minus(MOMENT));
            assertThat(answer).isNotDone();
            time.pass(MOMENT);

            assertThat(answer.join().isOverload()).isTrue();
            assertThat(backend.last()).as("the worker will find nothing to do").isCancelled();
            assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
            assertThat(safeguarded.status().lastFailure()).isEmpty();
            assertThat(safeguarded.status().requests().overloaded()).isOne();
            assertThat(safeguarded.status().load().pending()).isZero();
        }

        @Test
        void endsTheCheckOfABackendToo() {
            CompletableFuture<Optional<String>> check = around().check().toCompletableFuture();
            assertThat(check.join()).isEmpty();
            assertThat(time.alarms()).isZero();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    @DisplayName("a backend that breaks is unavailable, and the reason holds no secret:")
    void aBackendThatBreaksIsUnavailable(String name, Function<Credentials, CompletionStage<CredentialResult>> fault, String reason) {
        backend.behaviour = fault;
        try (LogCapture log = new LogCapture()) {
            Safeguarded safeguarded = around();
            CompletableFuture<CredentialResult> answer = ask(safeguarded);
            time.pass(LIMIT);

            assertThat(answer).isCompletedWithValue(CredentialResult.unavailable(reason));
            assertThat(safeguarded.status().lastFailure().orElseThrow().reason()).isEqualTo(reason);
            assertThat(safeguarded.status().load().pending()).isZero();
            assertThat(log.text() + safeguarded.status() + safeguarded).doesNotContain(PASSWORD);
        }
    }

    static Stream<Arguments> faults() {
        RuntimeException loud = new IllegalStateException("could not bind alice with " + PASSWORD);
        String loudReason = "java.lang.IllegalStateException";
        return Stream.of(
            fault("throws", loudReason, c -> {
                throw loud;
            }),
            fault("throws an error", "java.lang.NoClassDefFoundError", c -> {
                throw new NoClassDefFoundError(PASSWORD);
            }),
            fault("gives no stage", "java.lang.NullPointerException", c -> null),
            fault("gives a stage of nothing", "java.lang.NullPointerException", c -> CompletableFuture.completedFuture(null)),
            fault("fails its stage", loudReason, c -> CompletableFuture.failedFuture(loud)),
            fault("fails behind a stage", loudReason, c -> CompletableFuture.failedFuture(loud).thenApply(x -> NO)),
            fault("accepts nobody", "java.lang.IllegalArgumentException",
                c -> CompletableFuture.completedFuture(CredentialResult.accepted(""))),
            fault("says so", "connection refused", c -> CompletableFuture.completedFuture(DOWN)),
            fault("never answers", "no answer within 200 ms", c -> new CompletableFuture<>()),
            fault("never answers and is no future", "no answer within 200 ms",
                c -> new CompletableFuture<CredentialResult>().minimalCompletionStage()));
    }

    private static Arguments fault(String name, String reason, Function<Credentials, CompletionStage<CredentialResult>> fault) {
        return Arguments.of(name, fault, reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "\ufdfa\ufdfa\ufdfa"})
    void aPasswordThatIsTooLongIsRefusedLikeAWrongOneWithoutAQuestion(String tooLong) {
        Safeguarded safeguarded = around(Map.of("cache", ""));
        backend.answers(YES);

        assertThat(safeguarded.verify(Credentials.of("alice", Secret.of(tooLong))).toCompletableFuture())
            .isCompletedWithValue(CredentialResult.refused());
        assertThat(backend.asked).isEmpty();
        assertThat(safeguarded.status().cache().misses()).isZero();
        assertThat(safeguarded.verify(Credentials.of("alice", Secret.of("\u00e4".repeat(36)))).toCompletableFuture())
            .as("36 characters of two octets").isCompletedWithValue(YES);
    }

    @Nested
    @DisplayName("at most so many at once")
    class AtOnce {
        @Test
        void theOthersWaitForTheirTurnInTheirOrder() {
            Safeguarded safeguarded = around(Map.of("concurrency max", "2", "concurrency queue", "3"));
            List<String> order = new ArrayList<>();
            backend.behaviour = credentials -> {
                order.add(credentials.username());
                return new CompletableFuture<>();
            };
            IntStream.range(0, 5).forEach(i -> safeguarded.verify(Credentials.of("user" + i, Secret.of(PASSWORD))));
            assertThat(order).containsExactly("user0", "user1");
            assertThat(safeguarded.status().load().pending()).isEqualTo(2);
            assertThat(safeguarded.status().load().waiting()).isEqualTo(3);

            backend.asked.get(1).complete(YES);
            backend.asked.get(2).complete(NO);
            backend.asked.get(0).complete(YES);

            assertThat(order).containsExactly("user0", "user1", "user2", "user3", "user4");
            assertThat(safeguarded.status().load().pending()).isEqualTo(2);
            assertThat(safeguarded.status().load().waiting()).isZero();
        }

        @Test
        void whoFindsTheQueueFullIsToldAtOnceAndTheBackendIsNotBlamed() {
            Safeguarded safeguarded = around(Map.of("concurrency max", "1", "concurrency queue", "1", "circuitBreaker failures", "1"));
            ask(safeguarded);
            ask(safeguarded);
            try (LogCapture log = new LogCapture()) {
                for (int i = 0; i < 10; i++) {
                    CredentialResult result = ask(safeguarded).join();
                    assertThat(result).isEqualTo(CredentialResult.overloaded("too many requests wait, 1 are pending"));
                }
                assertThat(log.at(Level.WARN)).as("besides that its health has changed").hasSize(2).first().asString()
                    .startsWith("Overload: requests to backend corp are answered 454, 1 since the start: ");
                assertThat(safeguarded.status().requests().overloaded()).isEqualTo(10);
                time.pass(Duration.ofMillis(100));
                assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
                assertThat(safeguarded.status().lastFailure()).isEmpty();
                assertThat(log.text()).doesNotContain(PASSWORD);
            }
        }

        @Test
        void aRequestWhoseTurnDoesNotComeIsOverloadAndTheBackendIsNotBlamed() {
            Safeguarded safeguarded = around(Map.of("concurrency max", "1", "timeout", "60s", "circuitBreaker failures", "1"));
            CompletableFuture<CredentialResult> first = ask(safeguarded);
            List<CompletableFuture<CredentialResult>> others =
                IntStream.range(0, 5).mapToObj(i -> ask(safeguarded)).collect(Collectors.toList());
            time.pass(RequestGate.QUEUE_LIMIT);

            assertThat(first).isNotDone();
            assertThat(others).allSatisfy(other -> assertThat(other.join().isOverload()).isTrue());
            assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
            assertThat(safeguarded.status().requests().overloaded()).isEqualTo(5);
            assertThat(safeguarded.status().load().waiting()).isZero();
            backend.last().complete(YES);
            assertThat(backend.asked).hasSize(1);
            assertThat(time.alarms()).isZero();
        }

        @Test
        void placesAreSharedBetweenClientNetworks() {
            Safeguarded safeguarded = around(Map.of("concurrency max", "1", "concurrency queue", "4"));
            List<String> order = new ArrayList<>();
            backend.behaviour = credentials -> {
                order.add(credentials.username());
                return new CompletableFuture<>();
            };
            List<CompletableFuture<CredentialResult>> hostile = IntStream.range(0, 5)
                .mapToObj(i -> askFrom(safeguarded, "192.0.2.1", "hostile" + i)).collect(Collectors.toList());

            CompletableFuture<CredentialResult> alice = askFrom(safeguarded, "192.0.2.2", "alice");

            assertThat(hostile.get(4).join().isOverload()).as("the last of those that have most places makes room").isTrue();
            assertThat(alice).isNotDone();
            while (order.size() < 5) {
                backend.last().complete(NO);
            }
            assertThat(order).startsWith("hostile0", "hostile1", "alice", "hostile2");
        }

        private CompletableFuture<CredentialResult> askFrom(Safeguarded safeguarded, String address, String user) {
            return safeguarded.verify(Credentials.of(user, Secret.of(PASSWORD))
                .from(Origin.of("PLAIN", Optional.of(address), Optional.empty(), true))).toCompletableFuture();
        }

        @Test
        void aBackendThatTurnsWorkAwayItselfIsNotBlamedEither() {
            backend.behaviour = credentials -> {
                throw new RejectedExecutionException(PASSWORD);
            };
            Safeguarded safeguarded = around(Map.of("circuitBreaker failures", "1"));

            assertThat(ask(safeguarded).join()).isEqualTo(CredentialResult.overloaded("too many requests are waiting for a worker"));
            assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
        }

        @Test
        void aThousandWhoWaitForABackendThatAnswersAtOnceDoNotOverflowTheStack() {
            Safeguarded safeguarded = around(Map.of("concurrency max", "1", "concurrency queue", "100000"));
            CompletableFuture<CredentialResult> first = ask(safeguarded);
            List<CompletableFuture<CredentialResult>> others =
                IntStream.range(0, 100_000).mapToObj(i -> ask(safeguarded)).collect(Collectors.toList());
            backend.answers(YES);

            backend.asked.get(0).complete(YES);

            assertThat(first).isCompletedWithValue(YES);
            assertThat(others).allMatch(CompletableFuture::isDone);
        }
    }

    @Nested
    @DisplayName("a client that hangs up")
    class HangingUp {
        @Test
        void givesUpItsPlaceInTheQueue() {
            Safeguarded safeguarded = around(Map.of("concurrency max", "1", "concurrency queue", "1"));
            ask(safeguarded);
            CompletableFuture<CredentialResult> second = ask(safeguarded);

            second.cancel(false);

            assertThat(safeguarded.status().load().waiting()).isZero();
            assertThat(time.alarms()).isEqualTo(1);
            CompletableFuture<CredentialResult> third = ask(safeguarded);
            backend.asked.get(0).complete(NO);
            assertThat(backend.asked).as("the second is never asked").hasSize(2);
            backend.asked.get(1).complete(YES);
            assertThat(third).isCompletedWithValue(YES);
        }

        @Test
        void givesUpItsPlaceInTheQueueOfTheWorkers() {
            AtomicReference<Origin> queued = new AtomicReference<>();
            backend.behaviour = credentials -> {
                queued.set(credentials.origin());
                credentials.origin().queued();
                return new CompletableFuture<>();
            };
            Safeguarded safeguarded = around(Map.of("circuitBreaker failures", "1"));

            ask(safeguarded).cancel(false);

            assertThat(backend.last()).isCancelled();
            assertThat(safeguarded.status().load().pending()).isZero();
            assertThat(time.alarms()).isZero();
        }

        @Test
        void doesNotQueueForTheNextStep() {
            Safeguarded safeguarded = around();
            AtomicReference<Origin> running = new AtomicReference<>();
            backend.behaviour = credentials -> {
                running.set(credentials.origin());
                return new CompletableFuture<>();
            };
            ask(safeguarded).cancel(false);
            assertThat(backend.last()).isNotCancelled();

            running.get().queued();

            assertThat(backend.last()).isCancelled();
            assertThat(safeguarded.status().load().pending()).isZero();
            assertThat(safeguarded.status().requests().overloaded()).isZero();
        }

        @Test
        void doesNotEndAQuestionThatTheBackendHas() {
            Safeguarded safeguarded = around();
            CompletableFuture<CredentialResult> answer = ask(safeguarded);

            answer.cancel(false);

            assertThat(backend.last()).isNotCancelled();
            assertThat(safeguarded.status().load().pending()).isEqualTo(1);
            backend.last().complete(YES);
            assertThat(safeguarded.status().load().pending()).isZero();
            assertThat(time.alarms()).isZero();
        }

        @Test
        void hidesNoSilence() {
            Safeguarded safeguarded = around(Map.of("timeout", "200ms", "circuitBreaker failures", "1"));
            ask(safeguarded).cancel(false);

            time.pass(LIMIT);

            assertThat(backend.last()).isCancelled();
            assertThat(safeguarded.status().circuit()).isEqualTo(State.OPEN);
            assertThat(safeguarded.status().load().pending()).isZero();
        }

        @Test
        void neverOpensTheBreaker() {
            Safeguarded safeguarded = around();
            for (int i = 0; i < 20; i++) {
                ask(safeguarded).cancel(false);
                backend.last().complete(NO);
            }
            assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
            assertThat(safeguarded.status().lastFailure()).isEmpty();
        }

        @Test
        void keepsNoProbeForItself() {
            Safeguarded safeguarded = opened();
            time.pass(PROBE_EVERY);
            backend.isSilent();
            ask(safeguarded).cancel(false);
            assertThat(safeguarded.status().circuit()).isEqualTo(State.HALF_OPEN);

            backend.last().complete(NO);

            assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
        }
    }

    @Nested
    @DisplayName("the breaker")
    class TheBreaker {
        @Test
        void opensAfterFiveFaultsInARow() {
            Safeguarded safeguarded = around();
            backend.answers(DOWN);
            IntStream.range(0, 4).forEach(i -> ask(safeguarded));
            backend.answers(NO);
            ask(safeguarded);
            backend.answers(DOWN);
            IntStream.range(0, 4).forEach(i -> ask(safeguarded));
            assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);

            assertThat(ask(safeguarded).join()).as("the fifth was asked").isEqualTo(DOWN);

            assertThat(safeguarded.status().circuit()).isEqualTo(State.OPEN);
            assertThat(backend.asked).hasSize(10);
            assertThat(ask(safeguarded).join())
                .isEqualTo(CredentialResult.notQueried("circuit open: 5 failures in a row, the last: connection refused"));
            assertThat(backend.asked).as("the backend is left in peace").hasSize(10);
        }

        @ParameterizedTest
        @EnumSource(value = Kind.class, names = {"ACCEPTED", "UNKNOWN", "REFUSED", "DISABLED", "EXPIRED"})
        void takesEveryDefiniteAnswerForASuccess(Kind kind) {
            Safeguarded safeguarded = around();
            for (int i = 0; i < 20; i++) {
                backend.answers(i % 5 == 4 ? of(kind) : DOWN);
                ask(safeguarded);
            }
            assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
        }

        @Test
        void letsOneProbeThroughAfterAWhileAndClosesWhenThatIsAnswered() {
            Safeguarded safeguarded = opened();
            int before = backend.asked.size();
            backend.isSilent();

            time.pass(PROBE_EVERY.minus(MOMENT));
            assertThat(ask(safeguarded).join().wasQueried()).isFalse();
            time.pass(MOMENT);
            CompletableFuture<CredentialResult> probe = ask(safeguarded);
            assertThat(safeguarded.status().circuit()).isEqualTo(State.HALF_OPEN);
            assertThat(ask(safeguarded).join()).as("one probe is enough").isEqualTo(
                CredentialResult.notQueried("circuit open: 5 failures in a row, the last: connection refused"));
            assertThat(backend.asked).hasSize(before + 1);

            backend.last().complete(NO);

            assertThat(probe).isCompletedWithValue(NO);
            assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
            assertThat(ask(safeguarded)).isNotDone();
        }

        @Test
        void leavesTheBackendInPeaceAgainWhenTheProbeFails() {
            Safeguarded safeguarded = opened();
            time.pass(PROBE_EVERY);

            assertThat(ask(safeguarded).join()).isEqualTo(DOWN);

            assertThat(safeguarded.status().circuit()).isEqualTo(State.OPEN);
            time.pass(PROBE_EVERY.minus(MOMENT));
            assertThat(ask(safeguarded).join().reason()).isEqualTo("circuit open: 6 failures in a row, the last: connection refused");
            time.pass(MOMENT);
            backend.answers(YES);
            assertThat(ask(safeguarded)).isCompletedWithValue(YES);
        }

        @Test
        void takesSilenceForAFaultOfTheProbe() {
            Safeguarded safeguarded = opened();
            time.pass(PROBE_EVERY);
            backend.isSilent();
            CompletableFuture<CredentialResult> probe = ask(safeguarded);
            time.pass(LIMIT);

            assertThat(probe.join().reason()).isEqualTo("no answer within 200 ms");
            assertThat(safeguarded.status().circuit()).isEqualTo(State.OPEN);
        }

        @Test
        void triesAgainAtOnceWhenAProbeDidNotReachTheBackend() {
            Safeguarded safeguarded = opened();
            time.pass(PROBE_EVERY);
            backend.answers(CredentialResult.notQueried("too many wait"));
            ask(safeguarded);
            backend.answers(YES);

            assertThat(ask(safeguarded)).isCompletedWithValue(YES);
            assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
        }

        @Test
        void doesNotCountAnswersToQuestionsFromBeforeItOpened() {
            Safeguarded safeguarded = around(Map.of("timeout", "30s"));
            List<CompletableFuture<CredentialResult>> early = IntStream.range(0, 4).mapToObj(i -> {
                ask(safeguarded);
                return backend.last();
            }).collect(Collectors.toList());
            backend.answers(DOWN);
            IntStream.range(0, 5).forEach(i -> ask(safeguarded));
            early.get(0).complete(YES);
            assertThat(safeguarded.status().circuit()).as("an old success does not close it").isEqualTo(State.OPEN);

            time.pass(PROBE_EVERY);
            backend.isSilent();
            ask(safeguarded);
            early.get(1).complete(DOWN);
            early.get(2).complete(YES);
            assertThat(safeguarded.status().circuit()).as("nor decides in place of the probe").isEqualTo(State.HALF_OPEN);
            assertThat(ask(safeguarded).join().wasQueried()).as("nor makes room for a second one").isFalse();
            backend.last().complete(NO);

            assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
            early.get(3).complete(DOWN);
            assertThat(safeguarded.status().lastFailure().orElseThrow().at()).isEqualTo(VirtualTime.START);
        }

        @Test
        void answersThoseThatWaitForTheirTurnWhenItOpens() {
            Safeguarded safeguarded = around(Map.of("concurrency max", "5", "timeout", "200ms"));
            IntStream.range(0, 5).forEach(i -> ask(safeguarded));
            time.pass(LIMIT.dividedBy(2));
            CompletableFuture<CredentialResult> sixth = ask(safeguarded);
            List<CompletableFuture<CredentialResult>> others =
                IntStream.range(0, 50).mapToObj(i -> ask(safeguarded)).collect(Collectors.toList());
            backend.answers(DOWN);

            time.pass(LIMIT.dividedBy(2));

            assertThat(sixth).isDone();
            assertThat(others).allSatisfy(other -> assertThat(other.join().kind()).isEqualTo(Kind.UNAVAILABLE));
            assertThat(safeguarded.status().load().waiting()).isZero();
            assertThat(safeguarded.status().load().pending()).isZero();
            assertThat(time.alarms()).isZero();
        }

        @Test
        void isOffWhereTheOperatorWantsNone() {
            Safeguarded safeguarded = around(Map.of("circuitBreaker failures", "0"));
            backend.answers(DOWN);
            IntStream.range(0, 100).forEach(i -> assertThat(ask(safeguarded).join()).isEqualTo(DOWN));

            assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
            assertThat(safeguarded.status().lastFailure()).isPresent();
        }

        @Test
        void tellsOnceThatItOpensAndOnceThatItCloses() {
            try (LogCapture log = new LogCapture()) {
                Safeguarded safeguarded = opened();
                IntStream.range(0, 100).forEach(i -> ask(safeguarded));
                for (int i = 0; i < 3; i++) {
                    time.pass(PROBE_EVERY);
                    ask(safeguarded);
                }
                time.pass(PROBE_EVERY);
                backend.answers(YES);
                IntStream.range(0, 100).forEach(i -> ask(safeguarded));

                assertThat(log.at(Level.WARN)).containsExactly(
                    "down backend=corp since=2024-01-01T00:00:00Z reason=\"1 failure: connection refused\"",
                    "Backend corp: circuit open, one request every 10000 ms is let through: "
                    + "5 failures in a row, the last: connection refused",
                    "healthy backend=corp since=2024-01-01T00:00:40Z reason=\"it answers\"");
                assertThat(log.at(Level.INFO)).containsExactly("Backend corp has answered: circuit closed");
                assertThat(log.text()).doesNotContain(PASSWORD);
            }
        }

        @Test
        void saysSinceWhenAndWhy() {
            Safeguarded safeguarded = around();
            time.pass(Duration.ofMinutes(1));
            backend.answers(DOWN);
            IntStream.range(0, 5).forEach(i -> ask(safeguarded));
            time.pass(PROBE_EVERY);
            ask(safeguarded);

            BackendStatus status = safeguarded.status();
            assertThat(status.health().since()).as("a probe that failed changes nothing").isEqualTo(VirtualTime.START.plusSeconds(60));
            assertThat(status.lastFailure().orElseThrow().at()).isEqualTo(VirtualTime.START.plusSeconds(70));
            assertThat(status.toString()).isEqualTo("corp (org.smtpguard.resilience.TestBackend): down since 2024-01-01T00:01:00Z:"
                + " circuit open: 6 failures in a row, the last: connection refused, circuit open, 0 pending, 0 waiting,"
                + " last failure: connection refused at 2024-01-01T00:01:10Z");
        }
    }

    @Nested
    @DisplayName("one client's odd log-ins")
    class OneClientsLogIns {
        private final CredentialResult limited = CredentialResult.unavailable("it answered 429");
        private final CredentialResult broken = CredentialResult.unavailable("it answered 500");

        @Test
        void thatOnlyTheBackendCannotJudgeNeverOpenTheCircuit() {
            Safeguarded safeguarded = around();
            backend.answers(limited.forThisUser());
            for (int i = 0; i < 50; i++) {
                assertThat(ask(safeguarded, "invented-" + i).join()).isEqualTo(limited);
            }
            assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
            backend.answers(YES);
            assertThat(ask(safeguarded)).isCompletedWithValue(YES);
        }

        @Test
        void areAnswersThatCloseTheCircuit() {
            Safeguarded safeguarded = opened();
            time.pass(PROBE_EVERY);
            backend.answers(limited.forThisUser());
            ask(safeguarded);

            assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
        }

        @Test
        void areNotAnsweredByAVerdictFromBefore() {
            Safeguarded safeguarded = around(Map.of("cache", "", "cache accepted", "1s", "cache stale", "1h"));
            backend.answers(YES);
            ask(safeguarded);
            time.pass(Duration.ofSeconds(2));
            backend.answers(limited.forThisUser());

            assertThat(ask(safeguarded)).isCompletedWithValue(limited);
        }

        @Test
        void thatWaitAfterARefusalDoNotOpenTheCircuit() {
            Safeguarded safeguarded = around();
            backend.answers(NO);
            ask(safeguarded, "guess");
            ask(safeguarded, "guess");
            backend.isSilent();
            IntStream.range(0, 8).forEach(i -> ask(safeguarded, "guess"));
            time.pass(LIMIT);
            assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
            assertThat(safeguarded.status().lastFailure()).as("told all the same").isPresent();

            backend.answers(YES);
            assertThat(ask(safeguarded)).isCompletedWithValue(YES);
        }

        @Test
        void thatWaitLongAfterARefusalDo() {
            Safeguarded safeguarded = around();
            backend.answers(NO);
            ask(safeguarded);
            time.pass(Duration.ofMinutes(1));
            backend.isSilent();
            IntStream.range(0, 5).forEach(i -> ask(safeguarded));
            time.pass(LIMIT);

            assertThat(safeguarded.status().circuit()).isEqualTo(State.OPEN);
        }

        @Test
        void thatWaitWhileOthersAreAnsweredDoNotOpenTheCircuit() {
            Safeguarded safeguarded = around();
            IntStream.range(0, 8).forEach(i -> ask(safeguarded, "odd-" + i));
            time.pass(LIMIT.dividedBy(2));
            backend.answers(YES);
            ask(safeguarded);
            time.pass(LIMIT.dividedBy(2));

            assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
        }

        @Test
        void thatOpenTheCircuitDoNotKeepAnotherUserOut() {
            Safeguarded safeguarded = around();
            backend.answers(broken.perhapsForThisUser());
            IntStream.range(0, 5).forEach(i -> ask(safeguarded, "odd"));
            assertThat(safeguarded.status().circuit()).isEqualTo(State.OPEN);
            assertThat(ask(safeguarded, "odd").join().wasQueried()).isFalse();

            backend.answers(YES);
            assertThat(ask(safeguarded)).as("alice is a probe at once").isCompletedWithValue(YES);
            assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
        }

        @Test
        void areAnOutageOnceAHundredUsersMetTheSame() {
            Safeguarded safeguarded = around();
            backend.answers(broken.perhapsForThisUser());
            IntStream.range(0, 1_000).forEach(i -> ask(safeguarded, "user-" + i));

            assertThat(backend.asked).hasSize(100);
            assertThat(safeguarded.status().circuit()).isEqualTo(State.OPEN);
            time.pass(PROBE_EVERY);
            backend.answers(YES);
            assertThat(ask(safeguarded, "user-1")).isCompletedWithValue(YES);
        }

        @ParameterizedTest
        @ValueSource(strings = {"secret\0", "\0secret", "sec\0ret", "\0", ""})
        void withNulOrNothingForAPasswordAreRefusedWithoutAQuestion(String password) {
            assertThat(around().verify(Credentials.of("alice", Secret.of(password)))).isCompletedWithValue(NO);
            assertThat(backend.asked).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"alice\0", "\0alice", "al\0ice", "\0", ""})
        void withNulOrNothingForANameAreRefusedWithoutAQuestion(String name) {
            assertThat(around().verify(Credentials.of(name, Secret.of(PASSWORD)))).isCompletedWithValue(NO);
            assertThat(backend.asked).isEmpty();
        }

        private CompletableFuture<CredentialResult> ask(CredentialBackend safeguarded, String name) {
            return safeguarded.verify(Credentials.of(name, Secret.of(PASSWORD))).toCompletableFuture();
        }

        private CompletableFuture<CredentialResult> ask(CredentialBackend safeguarded) {
            return SafeguardedTest.ask(safeguarded);
        }
    }

    @Test
    void whoWatchesIsToldOfEachQuestionThatTheBackendGetsAndOfItsEnd() {
        List<CompletionStage<?>> seen = new ArrayList<>();
        Safeguarded safeguarded = Safeguarded.around(backend, Safeguards.of(settings(
            Map.of("timeout", "200ms", "concurrency max", "1", "concurrency queue", "1", "circuitBreaker failures", "1"))), seen::add,
                time);
        ask(safeguarded);
        ask(safeguarded);
        assertThat(ask(safeguarded)).as("too much to do").isDone();
        assertThat(seen).as("the second waits, the third is turned away").hasSize(1);

        backend.last().complete(YES);
        assertThat(seen.get(0).toCompletableFuture()).isDone();
        assertThat(seen).hasSize(2);
        time.pass(LIMIT);
        assertThat(seen.get(1).toCompletableFuture()).isDone();
        ask(safeguarded);
        assertThat(seen).as("the breaker is open").hasSize(2);
    }

    @Nested
    @DisplayName("what the backend can do")
    class Abilities {
        @Test
        void itCanDoInsideToo() {
            assertThat(around().hasKeys()).isFalse();
            assertThat(around().relayed()).isEmpty();

            Safeguarded both = Safeguarded.around(new Lookup(), Safeguards.of(settings(Map.of())), time);
            assertThat(both.hasKeys()).isTrue();
            assertThat(both.relayed()).containsExactly("CRAM-MD5");
        }

        @Test
        void keysAreLookedUpUnderTheSameSafeguards() {
            Lookup lookup = new Lookup();
            CredentialBackend safeguarded = Safeguarded.around(lookup, Safeguards.of(settings(Map.of("timeout", "200ms"))), time);
            for (int i = 0; i < 5; i++) {
                CompletableFuture<KeyResult> keys = safeguarded.lookup("alice", "SCRAM-SHA-256", Origin.byHand()).toCompletableFuture();
                assertThat(keys).isNotDone();
                time.pass(LIMIT);
                assertThat(keys.join().kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(keys.join().detail()).isEqualTo("no answer within 200 ms");
            }
            KeyResult refused = safeguarded.lookup("alice", "SCRAM-SHA-256", Origin.byHand()).toCompletableFuture().join();
            assertThat(refused.detail()).isEqualTo("circuit open: 5 failures in a row, the last: no answer within 200 ms");
            assertThat(refused.asCredentialResult().wasQueried()).isFalse();
            assertThat(lookup.looked).isEqualTo(5);
        }

        @Test
        void nameFlawAndEndAreTheBackends() {
            Safeguarded safeguarded = around(Map.of("concurrency max", "1"));
            backend.flaw = Optional.of("stands at its last good version");
            ask(safeguarded);
            CompletableFuture<CredentialResult> waiting = ask(safeguarded);

            assertThat(safeguarded.name()).isEqualTo("corp");
            assertThat(safeguarded.flaw()).contains("stands at its last good version");
            assertThat(safeguarded.health().reason()).endsWith("stands at its last good version");
            safeguarded.close();

            assertThat(backend.closed).isTrue();
            assertThat(waiting).isCompletedWithValue(CredentialResult.notQueried("not queried: the backend is closed"));
        }

        private final class Lookup extends TestBackend {
            private int looked;

            @Override
            public boolean hasKeys() {
                return true;
            }

            @Override
            public Set<String> relayed() {
                return Set.of("CRAM-MD5");
            }

            @Override
            public CompletionStage<KeyResult> lookup(String username, String scheme, Origin origin) {
                looked++;
                return new CompletableFuture<>();
            }
        }
    }

    /** With a breaker that has just opened; the backend is still down. */
    private Safeguarded opened() {
        Safeguarded safeguarded = around();
        backend.answers(DOWN);
        IntStream.range(0, 5).forEach(i -> ask(safeguarded));
        assertThat(safeguarded.status().circuit()).isEqualTo(State.OPEN);
        return safeguarded;
    }

    private Safeguarded around() {
        return around(Map.of());
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

    private static CompletableFuture<CredentialResult> ask(CredentialBackend safeguarded) {
        return safeguarded.verify(ALICE).toCompletableFuture();
    }

    private static CredentialResult of(Kind kind) {
        switch (kind) {
            case ACCEPTED:
                return YES;
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
