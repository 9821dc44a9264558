package org.smtpguard.resilience;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Origin;

/**
 * What each request to a backend passes: circuit breaker, concurrency limit, and two limits on time.
 *
 * <p>The time limit counts while the backend has the request. {@link #QUEUE_LIMIT} counts while the request waits in queues of ours, for
 * its turn here or for a worker ({@link Origin.QueueListener}); beyond it, or where a queue has no place, the request is answered as
 * overload: counted and logged as such, and without effect on the circuit.
 *
 * <p>A client that hangs up (cancels the future) while its request waits gives up its place. A request that the backend has goes on,
 * whether the client is there or not, and its answer is the future's: it tells how the backend is, and a "no" is a failed log-in. Were
 * it a failure, five impatient clients would open the circuit.
 *
 * <p>Threads: any; none waits. See {@link GatedRequest}.
 */
final class RequestGate {
    private static final Logger LOGGER = LoggerFactory.getLogger(RequestGate.class);

    /** How long a request may wait in queues of ours, all in all. SMTP clients wait for minutes (RFC 5321 §4.5.3.2); people do not. */
    static final Duration QUEUE_LIMIT = Duration.ofSeconds(10);

    /** Overload is logged once in a while, and not for every request. */
    private static final Duration LOG_EVERY = Duration.ofMinutes(1);

    final Duration limit;
    final ConcurrencyLimiter limiter;
    final CircuitBreaker breaker;
    final Time time;
    final Consumer<CompletionStage<?>> watch;
    private final String backend;
    private final AtomicLong logAgain;
    private final LongAdder overloaded = new LongAdder();

    /**
     * @param limit how long an answer of the backend may take
     * @param watch told of each request when the backend gets it, by what completes when it is answered or given up
     */
    RequestGate(String backend, Duration limit, Safeguards safeguards, Consumer<CompletionStage<?>> watch, Time time) {
        this.backend = backend;
        this.limit = limit;
        this.limiter = new ConcurrencyLimiter(safeguards.concurrency(), safeguards.queue());
        this.breaker = new CircuitBreaker(backend, safeguards.failures(), safeguards.retryAfter(), time);
        this.watch = watch;
        this.time = time;
        this.logAgain = new AtomicLong(time.nanos());
    }

    /**
     * Puts a request to the backend, when and if it may be put. The future never fails.
     *
     * @param name the user whom it is about, empty if that is not known
     */
    <T> CompletableFuture<T> submit(String name, Origin origin, Function<Origin, CompletionStage<T>> question, Reading<T> reading) {
        Optional<String> refusal = breaker.refusal(name);
        if (refusal.isPresent()) {
            return CompletableFuture.completedFuture(reading.outage(CredentialResult.notQueried(refusal.get())));
        }
        return new GatedRequest<>(this, name, origin, question, reading).begin();
    }

    /** What waits for a turn is answered now, what the backend has within the time limit. */
    void close() {
        limiter.forgetAll().forEach(waiting -> ((GatedRequest<?>) waiting).refuse("not asked: the backend is closed"));
    }

    String silence() {
        return "no answer within " + limit.toMillis() + " ms";
    }

    /** Counts a request that a queue of ours turned away or kept too long. */
    CredentialResult overload(String reason) {
        overloaded.increment();
        long due = logAgain.get();
        if (time.nanos() - due >= 0 && logAgain.compareAndSet(due, time.nanos() + LOG_EVERY.toNanos())) {
            LOGGER.warn("Overload: requests to backend {} are answered 454, {} since the start: {}; logged once in {} s", backend,
                overloaded.sum(), reason, LOG_EVERY.toSeconds());
        }
        return CredentialResult.overloaded(reason);
    }

    /** How many requests were overload since the start. */
    long overloaded() {
        return overloaded.sum();
    }
}
