package org.smtpguard.resilience;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.MechanismRelay;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.RequestFuture;
import org.smtpguard.credential.SecretLookup;

/**
 * A backend with its {@link Safeguards} around it. Every request gets exactly one answer; none is put to the backend twice, and no
 * stage fails.
 *
 * <p>Two bounds on time. The time limit counts while the backend has the request. {@link #QUEUE_LIMIT} counts while the request waits
 * in queues of ours, for its turn here or for a worker ({@link Origin.QueueListener}); beyond it, or where a queue has no place, the
 * request is answered as overload: counted and logged as such, and without effect on the circuit.
 *
 * <p>A client that hangs up (cancels the future) while its request waits gives up its place. A request that the backend has goes on,
 * whether the client is there or not, and its answer is the future's: it tells how the backend is, and a "no" is a failed log-in. Were
 * it a fault, five impatient clients would open the circuit.
 *
 * <p>Threads: a request is put to the backend on the caller's thread or, after a wait, on the thread that ended another; the
 * answer is completed on the one that brought it, or on the JDK's timer after silence. None of them may be made to wait. What is
 * cached is answered on the caller's thread, at once.
 */
public class Safeguarded implements CredentialBackend {
    private static final Logger LOGGER = LoggerFactory.getLogger(Safeguarded.class);

    /** How long a request may wait in queues of ours, all in all. SMTP clients wait for minutes (RFC 5321 §4.5.3.2); people do not. */
    static final Duration QUEUE_LIMIT = Duration.ofSeconds(10);

    /** Overload is logged once in a while, and not for every request. */
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
    private final ConcurrencyLimiter limiter;
    private final Breaker breaker;
    private final Optional<VerdictCache> cache;
    private final AtomicLong toldAgain;
    private final LongAdder overloaded = new LongAdder();
    private final Consumer<CompletionStage<?>> watch;

    Safeguarded(CredentialBackend backend, Safeguards safeguards, Consumer<CompletionStage<?>> watch, Time time) {
        this.backend = backend;
        this.watch = watch;
        this.time = time;
        this.limit = safeguards.timeout().orElseGet(backend::timeLimit);
        this.limiter = new ConcurrencyLimiter(safeguards.most(), safeguards.queue());
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
            // Whoever is meant, known or not: neither hashed nor looked up nor sent anywhere.
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        if (cache.isEmpty()) {
            return verify(credentials, AS_IT_IS);
        }
        VerdictCache.Recollection recollection = cache.get().of(credentials, backend.relevant(credentials.origin()));
        return recollection.fresh().map(CompletableFuture::completedFuture).orElseGet(() -> verify(credentials, recollection));
    }

    private CompletableFuture<CredentialResult> verify(Credentials credentials, Reading<CredentialResult> reading) {
        return ask(credentials.username(), credentials.origin(), timed -> backend.verify(credentials.from(timed)), reading);
    }

    @Override
    public final Origin relevant(Origin origin) {
        return backend.relevant(origin);
    }

    /** Within which a request is answered, whatever happens. */
    public final Duration answerLimit() {
        return limit.plus(QUEUE_LIMIT);
    }

    /**
     * Within the time limit, too. Neither the breaker nor a full queue keeps it from being asked: that is when one wants to know. Where
     * no worker is free for it, nothing is found out, and nothing said.
     */
    @Override
    public final CompletionStage<Optional<String>> check() {
        CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
        Time.Alarm alarm = time.in(limit, () -> answer.complete(Optional.of(silence())));
        try {
            backend.check().whenComplete((found, fault) -> answer.complete(fault == null ? found : flaw(fault)));
        } catch (Throwable fault) {
            answer.complete(flaw(fault));
        }
        return answer.whenComplete((found, fault) -> alarm.callOff());
    }

    private static Optional<String> flaw(Throwable fault) {
        return Optional.of(CredentialResult.unavailable(fault)).filter(result -> !result.isOverload()).map(CredentialResult::reason);
    }

    @Override
    public final Optional<String> flaw() {
        return backend.flaw();
    }

    @Override
    public final Optional<String> mistake() {
        return backend.mistake();
    }

    @Override
    public final List<String> notices() {
        return backend.notices();
    }

    /** How it is now. */
    public final BackendStatus status() {
        return new BackendStatus(name(), breaker.state(), breaker.since(), breaker.lastFault(), flaw(), limiter.inside(),
            limiter.waiting(), overloaded.sum(), cache.map(VerdictCache::status).orElse(BackendStatus.CacheStatus.NONE));
    }

    /** What waits for a turn is answered now, what the backend has before it within the time limit. */
    @Override
    public final void close() {
        limiter.forgetAll().forEach(waiting -> ((Request<?>) waiting).refuse("not asked: the backend is closed"));
        backend.close();
    }

    @Override
    public String toString() {
        return backend.toString();
    }

    /**
     * Puts a request to the backend, when and if it may be put. The future never fails.
     *
     * @param name the user whom it is about, empty if that is not known
     */
    final <T> CompletableFuture<T> ask(String name, Origin origin, Function<Origin, CompletionStage<T>> question,
                                       Reading<T> reading) {
        Optional<String> refusal = breaker.refusal(name);
        if (refusal.isPresent()) {
            return CompletableFuture.completedFuture(reading.outage(CredentialResult.notAsked(refusal.get())));
        }
        return new Request<>(name, origin, question, reading).begin();
    }

    private String silence() {
        return "no answer within " + limit.toMillis() + " ms";
    }

    private CredentialResult overload(String reason) {
        overloaded.increment();
        long due = toldAgain.get();
        if (time.nanos() - due >= 0 && toldAgain.compareAndSet(due, time.nanos() + TELL_EVERY.toNanos())) {
            LOGGER.warn("Overload: requests to backend {} are answered 454, {} since the start: {}; logged once in {} s", name(),
                overloaded.sum(), reason, TELL_EVERY.toSeconds());
        }
        return CredentialResult.overloaded(reason);
    }

    private enum Stage {
        /** It waits for its turn. */
        WAITS,
        /** The backend has it. */
        ASKED,
        /** It waits for a worker, on behalf of the backend. */
        QUEUED,
        /** It has its answer, or nobody waits for one. */
        OVER
    }

    /**
     * One request. The thread that brings it from one stage to the next, and that is one alone, does what has to be done then, outside
     * of the lock.
     */
    private final class Request<T> implements ConcurrencyLimiter.Visitor, Origin.QueueListener {
        private final String name;
        private final Origin origin;
        private final Function<Origin, CompletionStage<T>> question;
        private final Reading<T> reading;
        private final CompletableFuture<T> outcome = new CompletableFuture<>();
        private volatile long admitted;
        private volatile long askedAt;
        private volatile Optional<CompletionStage<T>> asked = Optional.empty();
        // Guarded by this.
        private Stage stage = Stage.WAITS;
        private boolean clientGone;
        private long since = time.nanos();
        private long waited;
        private long used;
        private Optional<Alarm> alarm = Optional.empty();

        Request(String name, Origin origin, Function<Origin, CompletionStage<T>> question, Reading<T> reading) {
            this.name = name;
            this.origin = origin.reportingTo(this);
            this.question = question;
            this.reading = reading;
        }

        CompletableFuture<T> begin() {
            limiter.enter(origin.network(), this);
            setAlarm();
            if (outcome.isDone()) {
                return outcome;
            }
            return RequestFuture.of(outcome, this::onClientGone);
        }

        /** Its turn has come. */
        @Override
        public void admitted() {
            OptionalLong permit = breaker.admit(name);
            if (permit.isEmpty()) {
                limiter.leave();
                refuseForOutage(breaker.reason());
                return;
            }
            admitted = permit.getAsLong();
            askedAt = time.nanos();
            if (!move(Stage.WAITS, Stage.ASKED)) {
                breaker.withdrawn(admitted);
                limiter.leave();
                return;
            }
            try {
                watch.accept(outcome);
                CompletionStage<T> given = Objects.requireNonNull(question.apply(origin));
                asked = Optional.of(given);
                if (isOver()) {
                    abandon();
                }
                given.whenComplete(this::onAnswer);
            } catch (Throwable fault) {
                // Errors too: a driver that is not on the class path must not leave a client without an answer.
                onAnswer(null, fault);
            }
            setAlarm();
        }

        /** There is no place for it to wait. */
        @Override
        public void displaced() {
            if (move(Stage.WAITS, Stage.OVER)) {
                finish(reading.unavailable(overload("too many requests wait, " + limiter.inside() + " are pending")));
            }
        }

        @Override
        public void queued() {
            if (!move(Stage.ASKED, Stage.QUEUED)) {
                return;
            }
            if (isClientGone()) {
                onClientGone();
            } else {
                setAlarm();
            }
        }

        @Override
        public void started() {
            if (move(Stage.QUEUED, Stage.ASKED)) {
                setAlarm();
            }
        }

        private void onAnswer(T answer, Throwable fault) {
            CredentialResult verdict = verdict(answer, fault);
            if (!move(Stage.ASKED, Stage.OVER) && !move(Stage.QUEUED, Stage.OVER)) {
                return;
            }
            if (verdict.kind() != CredentialResult.Kind.UNAVAILABLE) {
                breaker.answered(admitted, verdict.kind().isRefusal());
                reading.definite(answer);
                leave(answer);
            } else if (verdict.isForThisUser()) {
                breaker.answered(admitted, true);
                // What a working backend says of one user holds, whatever it has said before.
                leave(answer);
            } else if (verdict.wasAsked()) {
                fail(verdict);
            } else {
                breaker.withdrawn(admitted);
                leave(reading.unavailable(verdict.isOverload() ? overload(verdict.reason()) : verdict));
            }
        }

        private CredentialResult verdict(T answer, Throwable fault) {
            try {
                return fault == null ? reading.verdict(Objects.requireNonNull(answer)) : CredentialResult.unavailable(fault);
            } catch (RuntimeException nonsense) {
                return CredentialResult.unavailable(nonsense);
            }
        }

        /** Its time in that stage is up, and it is over. */
        private void onTimeout(Stage from) {
            if (from == Stage.WAITS) {
                limiter.forget(this);
                finish(reading.unavailable(overload(kept())));
                return;
            }
            // Abandoned first: at no time does one request keep two backends busy.
            abandon();
            if (from == Stage.ASKED) {
                fail(CredentialResult.unavailable(silence()).perhapsForThisUser());
            } else {
                breaker.withdrawn(admitted);
                leave(reading.unavailable(overload(kept())));
            }
        }

        private String kept() {
            return "its turn did not come within " + QUEUE_LIMIT.toMillis() + " ms";
        }

        private void onClientGone() {
            synchronized (this) {
                clientGone = true;
            }
            String reason = "the client has gone";
            if (move(Stage.QUEUED, Stage.OVER)) {
                abandon();
                breaker.withdrawn(admitted);
                leave(reading.unavailable(CredentialResult.notAsked(reason)));
            } else {
                refuse(reason);
            }
        }

        /** Ends it if it waits for its turn. */
        void refuse(String reason) {
            if (move(Stage.WAITS, Stage.OVER)) {
                limiter.forget(this);
                finish(reading.unavailable(CredentialResult.notAsked(reason)));
            }
        }

        void refuseForOutage(String reason) {
            if (move(Stage.WAITS, Stage.OVER)) {
                finish(reading.outage(CredentialResult.notAsked(reason)));
            }
        }

        private void fail(CredentialResult verdict) {
            if (breaker.failed(admitted, askedAt, name, verdict)) {
                limiter.forgetAll().forEach(waiting -> ((Request<?>) waiting).refuseForOutage(breaker.reason()));
            }
            leave(reading.outage(verdict));
        }

        private void leave(T result) {
            limiter.leave();
            finish(result);
        }

        private void finish(T result) {
            callOff();
            outcome.complete(result);
        }

        private void abandon() {
            try {
                asked.ifPresent(given -> given.toCompletableFuture().cancel(false));
            } catch (RuntimeException e) {
                // A stage that is no future cannot be told; its answer will find nobody.
                LOGGER.debug("A backend's stage cannot be cancelled: {}", e.getClass().getName());
            }
        }

        /** @return whether it was in that stage, and now is in the other */
        private synchronized boolean move(Stage from, Stage to) {
            if (stage != from) {
                return false;
            }
            long now = time.nanos();
            if (from == Stage.ASKED) {
                used += now - since;
            } else {
                waited += now - since;
            }
            since = now;
            stage = to;
            return true;
        }

        private synchronized boolean isOver() {
            return stage == Stage.OVER;
        }

        private synchronized boolean isClientGone() {
            return clientGone;
        }

        /** Sees to it that an alarm goes off at the end of the stage's time, or before: then it sets another. */
        private synchronized void setAlarm() {
            if (stage == Stage.OVER) {
                return;
            }
            long left = left();
            long at = time.nanos() + left;
            if (alarm.filter(set -> set.at - at <= 0).isEmpty()) {
                callOff();
                alarm = Optional.of(new Alarm(at, time.in(Duration.ofNanos(Math.max(0, left)), this::onAlarm)));
            }
        }

        private synchronized long left() {
            long end = stage == Stage.ASKED ? limit.toNanos() - used : QUEUE_LIMIT.toNanos() - waited;
            return end - (time.nanos() - since);
        }

        private void onAlarm() {
            Stage from;
            boolean isDue;
            synchronized (this) {
                alarm = Optional.empty();
                from = stage;
                isDue = left() <= 0 && stage != Stage.OVER && move(stage, Stage.OVER);
            }
            if (isDue) {
                onTimeout(from);
            } else {
                setAlarm();
            }
        }

        private synchronized void callOff() {
            alarm.ifPresent(set -> set.alarm.callOff());
            alarm = Optional.empty();
        }
    }

    /** An alarm that is set. */
    private static final class Alarm {
        private final long at;
        private final Time.Alarm alarm;

        Alarm(long at, Time.Alarm alarm) {
            this.at = at;
            this.alarm = alarm;
        }
    }
}
