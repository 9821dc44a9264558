package org.smtpguard.resilience;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.MechanismRelay;
import org.smtpguard.credential.SecretLookup;

/**
 * A backend with its {@link Safeguards} around it. Every question gets exactly one answer, within the time limit, which counts
 * from the question on and includes the wait for a turn; none is asked twice, and no stage fails.
 *
 * <p>Who hangs up (cancels the future) while waiting for a turn gives it up. A question that the backend has before it goes on,
 * whoever hangs up: its answer tells how the backend is. Were it a fault, five clients without patience would open the breaker.
 *
 * <p>Threads: a question is put to the backend on the caller's thread or, after a wait, on the thread that ended another; the
 * answer is completed on the one that brought it, or on the JDK's timer after silence. None of them may be made to wait. What is
 * cached is answered on the caller's thread, at once.
 */
public class Safeguarded implements CredentialBackend {
    private static final Logger LOGGER = LoggerFactory.getLogger(Safeguarded.class);

    /** A queue that is full is told of once in a while, and not at every question. */
    private static final Duration TELL_EVERY = Duration.ofMinutes(1);

    private static final Reading<CredentialResult> AS_IT_IS = new Reading<>() {
        @Override
        public CredentialResult verdict(CredentialResult answer) {
            return answer;
        }

        @Override
        public CredentialResult unavailable(CredentialResult why) {
            return why;
        }
    };

    private final CredentialBackend backend;
    private final Time time;
    private final Duration limit;
    private final Turnstile turnstile;
    private final Breaker breaker;
    private final Optional<VerdictCache> cache;
    private final AtomicLong toldAgain;
    private final Consumer<CompletionStage<?>> watch;

    Safeguarded(CredentialBackend backend, Safeguards safeguards, Consumer<CompletionStage<?>> watch, Time time) {
        this.backend = backend;
        this.watch = watch;
        this.time = time;
        this.limit = safeguards.timeout().orElseGet(backend::timeLimit);
        this.turnstile = new Turnstile(safeguards.most(), safeguards.queue());
        this.breaker = new Breaker(backend.name(), safeguards.faults(), safeguards.probeEvery(), time);
        this.toldAgain = new AtomicLong(time.nanos());
        this.cache = safeguards.cache().map(lifetimes -> new VerdictCache(lifetimes, time));
        cache.ifPresent(verdicts -> backend.onChange(verdicts::drop));
    }

    /** The backend with these around it. It can do what the backend can. */
    public static Safeguarded around(CredentialBackend backend, Safeguards safeguards) {
        return around(backend, safeguards, Time.SYSTEM);
    }

    /**
     * The same, watched.
     *
     * @param watch told of each question when the backend gets it, by what completes when it is answered or given up
     */
    public static Safeguarded around(CredentialBackend backend, Safeguards safeguards, Consumer<CompletionStage<?>> watch) {
        return around(backend, safeguards, watch, Time.SYSTEM);
    }

    static Safeguarded around(CredentialBackend backend, Safeguards safeguards, Time time) {
        return around(backend, safeguards, asked -> { }, time);
    }

    static Safeguarded around(CredentialBackend backend, Safeguards safeguards, Consumer<CompletionStage<?>> watch, Time time) {
        if (backend instanceof MechanismRelay) {
            return new SafeguardedRelay((MechanismRelay) backend, safeguards, watch, time);
        }
        return backend instanceof SecretLookup ? new SafeguardedLookup((SecretLookup) backend, safeguards, watch, time)
            : new Safeguarded(backend, safeguards, watch, time);
    }

    @Override
    public final String name() {
        return backend.name();
    }

    @Override
    public final Duration timeLimit() {
        return limit;
    }

    @Override
    public final CompletionStage<CredentialResult> verify(Credentials credentials) {
        if (!credentials.canBeValid()) {
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        if (cache.isEmpty()) {
            return ask(credentials.username(), () -> backend.verify(credentials), AS_IT_IS);
        }
        VerdictCache.Recollection recollection = cache.get().of(credentials);
        return recollection.fresh().map(CompletableFuture::completedFuture)
            .orElseGet(() -> ask(credentials.username(), () -> backend.verify(credentials), recollection));
    }

    /** Within the time limit, too. Neither the breaker nor a full queue keeps it from being asked: that is when one wants to know. */
    @Override
    public final CompletionStage<Optional<String>> check() {
        CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
        Time.Alarm alarm = time.in(limit, () -> answer.complete(Optional.of(silence())));
        try {
            backend.check().whenComplete((found, fault) -> answer.complete(fault == null ? found
                : Optional.of(CredentialResult.unavailable(fault).reason())));
        } catch (Throwable fault) {
            answer.complete(Optional.of(CredentialResult.unavailable(fault).reason()));
        }
        return answer.whenComplete((found, fault) -> alarm.callOff());
    }

    @Override
    public final Optional<String> flaw() {
        return backend.flaw();
    }

    /** How it is now. */
    public final BackendStatus status() {
        return new BackendStatus(name(), breaker.state(), breaker.since(), breaker.lastFault(), flaw(), turnstile.inside(),
            turnstile.waiting(), cache.map(VerdictCache::status).orElse(BackendStatus.CacheStatus.NONE));
    }

    /** What waits for a turn is answered now, what the backend has before it within the time limit. */
    @Override
    public final void close() {
        answerAllThatWait("not asked: the backend is closed");
        backend.close();
    }

    @Override
    public String toString() {
        return backend.toString();
    }

    /**
     * Puts a question to the backend, when and if it may be put. The future never fails.
     *
     * @param name the user whom it is about, empty if that is not known
     */
    final <T> CompletableFuture<T> ask(String name, Supplier<CompletionStage<T>> question, Reading<T> reading) {
        Optional<String> refusal = breaker.refusal(name);
        if (refusal.isPresent()) {
            return CompletableFuture.completedFuture(reading.unavailable(CredentialResult.notAsked(refusal.get())));
        }
        return new Question<>(name, question, reading).begin();
    }

    private String silence() {
        return "no answer within " + limit.toMillis() + " ms";
    }

    private void answerAllThatWait(String reason) {
        turnstile.forgetAll().forEach(waiting -> ((Question<?>) waiting).isNotAsked(reason));
    }

    private void isTurnedAway(String reason) {
        long due = toldAgain.get();
        if (time.nanos() - due >= 0 && toldAgain.compareAndSet(due, time.nanos() + TELL_EVERY.toNanos())) {
            LOGGER.warn("Backend {} turns questions away: {}; the next of them is told in {} s at the earliest", name(), reason,
                TELL_EVERY.toSeconds());
        }
    }

    private enum Stage {
        /** For its turn. */
        WAITS,
        /** The backend has it. */
        ASKED,
        /** It has its answer, or nobody waits for one. */
        OVER
    }

    /** One question. Whoever brings it from one stage to the next, and that is one thread alone, does what has to be done then. */
    private final class Question<T> implements Runnable {
        private final String name;
        private final Supplier<CompletionStage<T>> question;
        private final Reading<T> reading;
        private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.WAITS);
        private final CompletableFuture<T> outcome = new CompletableFuture<>();
        private final long due = time.nanos() + limit.toNanos();
        private volatile long admitted;
        private volatile long askedAt;
        private volatile Optional<CompletionStage<T>> asked = Optional.empty();

        Question(String name, Supplier<CompletionStage<T>> question, Reading<T> reading) {
            this.name = name;
            this.question = question;
            this.reading = reading;
        }

        CompletableFuture<T> begin() {
            if (!turnstile.enter(this)) {
                String reason = "too much to do: " + turnstile.inside() + " questions are pending and " + turnstile.waiting() + " wait";
                isTurnedAway(reason);
                isNotAsked(reason);
            }
            if (outcome.isDone()) {
                return outcome;
            }
            Time.Alarm alarm = time.in(limit, this::isLate);
            // The caller's own, which may be cancelled; the alarm stays on then, for the answer is still to come.
            CompletableFuture<T> answer = new CompletableFuture<>();
            outcome.whenComplete((result, fault) -> {
                alarm.callOff();
                answer.complete(result);
            });
            answer.whenComplete((result, fault) -> {
                if (answer.isCancelled()) {
                    isGivenUp();
                }
            });
            return answer;
        }

        /** Its turn has come. */
        @Override
        public void run() {
            if (time.nanos() - due >= 0) {
                // It comes together with the alarm: a backend that gets no time at all cannot be blamed.
                turnstile.leave();
                isLate();
                return;
            }
            OptionalLong permit = breaker.admit(name);
            if (permit.isEmpty()) {
                turnstile.leave();
                isNotAsked(breaker.reason());
                return;
            }
            admitted = permit.getAsLong();
            askedAt = time.nanos();
            if (!stage.compareAndSet(Stage.WAITS, Stage.ASKED)) {
                breaker.withdrawn(admitted);
                turnstile.leave();
                return;
            }
            try {
                watch.accept(outcome);
                CompletionStage<T> given = Objects.requireNonNull(question.get());
                asked = Optional.of(given);
                if (stage.get() == Stage.OVER) {
                    abandon();
                }
                given.whenComplete((answer, fault) -> isAnswered(answer, fault));
            } catch (Throwable fault) {
                // Errors too: a driver that is not on the class path must not leave a client without an answer.
                isAnswered(null, fault);
            }
        }

        private void isAnswered(T answer, Throwable fault) {
            CredentialResult verdict = verdict(answer, fault);
            if (!stage.compareAndSet(Stage.ASKED, Stage.OVER)) {
                return;
            }
            boolean definite = verdict.kind() != CredentialResult.Kind.UNAVAILABLE;
            if (definite) {
                breaker.answered(admitted, verdict.kind().isRefusal());
                reading.definite(answer);
            } else if (verdict.isForThisUser()) {
                breaker.answered(admitted, true);
            } else if (verdict.wasAsked()) {
                failed(verdict);
            } else {
                breaker.withdrawn(admitted);
                isTurnedAway(verdict.reason());
            }
            turnstile.leave();
            // What a working backend says of one user holds, whatever it has said before.
            outcome.complete(definite || verdict.isForThisUser() ? answer : reading.unavailable(verdict));
        }

        private CredentialResult verdict(T answer, Throwable fault) {
            try {
                return fault == null ? reading.verdict(Objects.requireNonNull(answer)) : CredentialResult.unavailable(fault);
            } catch (RuntimeException nonsense) {
                return CredentialResult.unavailable(nonsense);
            }
        }

        private void isLate() {
            if (stage.compareAndSet(Stage.WAITS, Stage.OVER)) {
                turnstile.forget(this);
                isTurnedAway("its turn did not come");
                outcome.complete(reading.unavailable(CredentialResult.notAsked("not asked: its turn did not come within " + limit.toMillis()
                    + " ms")));
            } else if (stage.compareAndSet(Stage.ASKED, Stage.OVER)) {
                // Abandoned first: at no time does one claim keep two backends busy.
                abandon();
                failed(CredentialResult.unavailable(silence()).perhapsForThisUser());
                turnstile.leave();
                outcome.complete(reading.unavailable(CredentialResult.unavailable(silence())));
            }
        }

        private void failed(CredentialResult why) {
            if (breaker.failed(admitted, askedAt, name, why)) {
                answerAllThatWait(breaker.reason());
            }
        }

        private void isGivenUp() {
            isNotAsked("nobody waits for the answer");
        }

        void isNotAsked(String reason) {
            if (stage.compareAndSet(Stage.WAITS, Stage.OVER)) {
                turnstile.forget(this);
                outcome.complete(reading.unavailable(CredentialResult.notAsked(reason)));
            }
        }

        private void abandon() {
            try {
                asked.ifPresent(given -> given.toCompletableFuture().cancel(false));
            } catch (RuntimeException e) {
                // A stage that is no future cannot be told; its answer will find nobody.
                LOGGER.debug("A backend's stage cannot be cancelled: {}", e.getClass().getName());
            }
        }
    }
}
