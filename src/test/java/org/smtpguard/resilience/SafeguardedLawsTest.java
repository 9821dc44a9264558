package org.smtpguard.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.Secret;
import org.smtpguard.resilience.BackendStatus.State;

/**
 * What holds whatever happens, tried on random histories: questions, answers of all kinds, silence, clients that hang up, time
 * that passes, a breaker that opens and closes.
 */
@Timeout(300)
class SafeguardedLawsTest {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final Duration PROBE_EVERY = Duration.ofSeconds(3);
    private static final int MOST = 3;
    private static final int QUEUE = 4;
    private static final CredentialResult YES = CredentialResult.accepted("alice");

    private final VirtualTime time = new VirtualTime();
    private final ManyAnswers backend = new ManyAnswers();
    private final Safeguarded safeguarded = Safeguarded.around(backend, Safeguards.of(new BackendSettings("ManyAnswers", "corp",
        new TreeMap<>(Map.of("timeout", "2s", "concurrency", "", "concurrency max", "" + MOST, "concurrency queue", "" + QUEUE,
            "circuitBreaker", "",
            "circuitBreaker retryAfter", "3s", "cache", "", "cache accepted", "1s", "cache refused", "1s")), url -> {
                throw new UnsupportedOperationException();
            })), time);

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @SuppressWarnings("try") // The log is only kept quiet.
    void oneThingAfterTheOther(long seed) {
        Random random = new Random(seed);
        List<Asked> all = new ArrayList<>();
        TreeMap<State, Integer> seen = new TreeMap<>();
        try (LogCapture quiet = new LogCapture()) {
            for (int step = 0; step < 20_000; step++) {
                // Phases in which the backend is mostly well, and others in which it is not.
                boolean well = step / 500 % 2 == 0;
                int die = random.nextInt(10);
                if (die < 4) {
                    all.add(new Asked(step));
                } else if (die < 8) {
                    backend.pending(random).ifPresent(question -> answer(question, well ? random.nextInt(2) : random.nextInt(7)));
                } else if (die == 8 && !all.isEmpty()) {
                    all.get(all.size() - 1 - random.nextInt(Math.min(all.size(), MOST + QUEUE))).answer.cancel(false);
                } else {
                    time.pass(Duration.ofMillis(random.nextInt(well ? 200 : 1_500)));
                }
                seen.merge(safeguarded.status().circuit(), 1, Integer::sum);
                holdsAlways(step);
            }
        }

        assertThat(seen).as("histories that never open the breaker show nothing").containsOnlyKeys(State.values());
        holdsInTheEnd(all);
        assertThat(all).as("answered in time").allMatch(asked -> asked.took.compareTo(LIMIT.plus(RequestGate.QUEUE_LIMIT)) <= 0);
    }

    private void holdsAlways(int step) {
        BackendStatus status = safeguarded.status();
        assertThat(status.load().pending()).as("step %d: pending", step).isBetween(0, MOST).isEqualTo(backend.pending.size());
        assertThat(status.load().waiting()).as("step %d: waiting", step).isBetween(0, QUEUE);
        if (status.load().pending() < MOST) {
            assertThat(status.load().waiting()).as("step %d: nobody waits where there is room", step).isZero();
        }
    }

    private void holdsInTheEnd(List<Asked> all) {
        time.pass(LIMIT.plus(RequestGate.QUEUE_LIMIT));
        assertThat(all).as("each question has one answer, or was hung up on").allMatch(asked -> asked.answers.get() == 1);
        assertThat(backend.timesAsked.values()).as("no question is put twice").allMatch(times -> times.get() == 1);
        assertThat(safeguarded.status().load().pending()).isZero();
        assertThat(safeguarded.status().load().waiting()).isZero();
        assertThat(time.alarms()).isZero();

        // And whatever has happened, it is over when it is over.
        time.pass(PROBE_EVERY);
        for (int i = 0; i < 3 * MOST; i++) {
            CompletableFuture<CredentialResult> answer = ask("after-" + i);
            backend.pending(new Random(i)).orElseThrow().answer.complete(YES);
            assertThat(answer).isCompletedWithValue(YES);
        }
        assertThat(safeguarded.status().circuit()).isEqualTo(State.CLOSED);
    }

    private static void answer(Question question, int how) {
        switch (how) {
            case 0:
                question.answer.complete(YES);
                break;
            case 1:
                question.answer.complete(CredentialResult.refused());
                break;
            case 2:
                question.answer.complete(CredentialResult.notQueried("too many wait"));
                break;
            case 3:
                question.answer.completeExceptionally(new RejectedExecutionException());
                break;
            case 4:
                question.answer.completeExceptionally(new IllegalStateException());
                break;
            default:
                question.answer.complete(CredentialResult.unavailable("connection refused"));
                break;
        }
    }

    @RepeatedTest(3)
    @SuppressWarnings("try") // The log is only kept quiet.
    void allAtOnce() throws Exception {
        int askers = 3;
        int questions = 30_000;
        // On a busy machine those who answer may hardly run: then there are more questions.
        int mostQuestions = 20 * questions;
        int enough = questions / 100;
        List<Asked> all = new ArrayList<>();
        ExecutorService pool = Executors.newCachedThreadPool();
        AtomicInteger asking = new AtomicInteger(askers);
        try (LogCapture quiet = new LogCapture()) {
            List<Callable<List<Asked>>> tasks = new ArrayList<>();
            for (int asker = 0; asker < askers; asker++) {
                int first = asker * mostQuestions;
                tasks.add(() -> {
                    Random random = new Random(first);
                    List<Asked> mine = new ArrayList<>();
                    for (int i = 0; i < questions || (backend.timesAsked.size() <= enough && i < mostQuestions); i++) {
                        mine.add(new Asked(first + i));
                        if (random.nextInt(3) == 0) {
                            mine.get(mine.size() - 1 - random.nextInt(Math.min(mine.size(), MOST + QUEUE))).answer.cancel(false);
                        }
                    }
                    asking.decrementAndGet();
                    return mine;
                });
            }
            for (int answerer = 0; answerer < 2; answerer++) {
                Random random = new Random(answerer);
                tasks.add(() -> {
                    while (asking.get() > 0) {
                        boolean well = random.nextInt(100) > 0;
                        for (int i = 0; i < 50; i++) {
                            backend.pending(random).ifPresent(question -> answer(question, well ? random.nextInt(2) : 5));
                        }
                    }
                    return List.of();
                });
            }
            tasks.add(() -> {
                Random random = new Random(questions);
                while (asking.get() > 0) {
                    time.pass(Duration.ofMillis(random.nextInt(300)));
                }
                return List.of();
            });
            for (Future<List<Asked>> done : pool.invokeAll(tasks)) {
                all.addAll(done.get(120, TimeUnit.SECONDS));
            }
            holdsInTheEnd(all);
        } finally {
            pool.shutdownNow();
        }
        assertThat(all).hasSizeGreaterThanOrEqualTo(askers * questions);
        assertThat(backend.timesAsked.size()).as("enough is asked to tell something").isGreaterThan(enough);
    }

    private CompletableFuture<CredentialResult> ask(String name) {
        return safeguarded.verify(Credentials.of(name, Secret.of("secret"))).toCompletableFuture();
    }

    /** A question, and what became of it. */
    private final class Asked {
        private final String name;
        private final AtomicInteger answers = new AtomicInteger();
        private final CompletableFuture<CredentialResult> answer;
        private volatile Duration took = Duration.ZERO;

        Asked(int number) {
            name = "user-" + number;
            long start = time.nanos();
            answer = ask(name);
            answer.whenComplete((result, fault) -> {
                answers.incrementAndGet();
                took = Duration.ofNanos(time.nanos() - start);
            });
        }

        @Override
        public String toString() {
            return name + ": " + answers + " in " + took;
        }
    }

    /** What the backend has before it. */
    private static final class Question {
        private final CompletableFuture<CredentialResult> answer = new CompletableFuture<>();
    }

    private static final class ManyAnswers implements CredentialBackend {
        private final Map<String, AtomicInteger> timesAsked = new ConcurrentHashMap<>();
        private final Queue<Question> pending = new ConcurrentLinkedQueue<>();

        /** Any of the questions that it has before it. */
        Optional<Question> pending(Random random) {
            List<Question> now = List.copyOf(pending);
            return now.isEmpty() ? Optional.empty() : Optional.of(now.get(random.nextInt(now.size())));
        }

        @Override
        public String name() {
            return "corp";
        }

        @Override
        public CompletionStage<CredentialResult> verify(Credentials credentials) {
            timesAsked.computeIfAbsent(credentials.username(), name -> new AtomicInteger()).incrementAndGet();
            Question question = new Question();
            pending.add(question);
            question.answer.whenComplete((result, fault) -> pending.remove(question));
            return question.answer;
        }
    }
}
