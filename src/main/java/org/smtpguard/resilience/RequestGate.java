package org.smtpguard.resilience;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Origin;

/**
 * Applies circuit breaker, concurrency limit and two time limits to the requests to one backend.
 *
 * <p>The time limit applies while the backend processes the request. {@link #QUEUE_LIMIT} applies while the request waits in queues of this
 * server, for the concurrency limit or for a worker ({@link Origin.QueueListener}); after it, or if a queue is full, the request fails with
 * overload, which is counted and logged as such, and does not affect the circuit.
 *
 * <p>If the client disconnects (the future is cancelled) while the request waits, it is removed from the queue. If it was already sent to
 * the backend, it continues: its answer shows the state of the backend, and a refusal is a failed log-in. It does not count as a failure,
 * otherwise a few impatient clients could open the circuit.
 *
 * <p>Threads: any; no method blocks. See {@link GatedRequest}.
 */
final class RequestGate {
    private static final Logger LOGGER = LoggerFactory.getLogger(RequestGate.class);

    /** The maximum time in queues of this server in total. SMTP clients wait for minutes (RFC 5321 §4.5.3.2), but users do not. */
    static final Duration QUEUE_LIMIT = Duration.ofSeconds(10);

    /** The minimum time between log messages about overload. */
    private static final Duration LOG_EVERY = Duration.ofMinutes(1);

    final Duration limit;
    final ConcurrencyLimiter limiter;
    final CircuitBreaker breaker;
    final BackendHealth health;
    final RequestTally tally = new RequestTally();
    final Time time;
    final Consumer<CompletionStage<?>> watch;
    private final String backend;
    private final AtomicLong logAgain;
    private final LongAdder overloaded = new LongAdder();
    private final AtomicInteger queued = new AtomicInteger();
    private final Optional<String> address;

    /**
     * @param limit the maximum time for an answer of the backend
     * @param watch called when a request is sent to the backend, with a stage that completes when it is answered or abandoned
     */
    RequestGate(CredentialBackend backend, Duration limit, Safeguards safeguards, Consumer<CompletionStage<?>> watch, Time time) {
        this.backend = backend.name();
        this.address = backend.address();
        this.limit = limit;
        this.limiter = new ConcurrencyLimiter(safeguards.concurrency(), safeguards.queue());
        this.breaker = new CircuitBreaker(backend.name(), safeguards.failures(), safeguards.retryAfter(), time);
        this.health = new BackendHealth(backend.name(), breaker, backend::flaw, time);
        this.watch = watch;
        this.time = time;
        this.logAgain = new AtomicLong(time.nanos());
    }

    /**
     * Sends a request to the backend as soon as the limits allow it. The future never fails.
     *
     * @param name the user of the request; empty if unknown
     */
    <T> CompletableFuture<T> submit(String name, Origin origin, Function<Origin, CompletionStage<T>> question, Reading<T> reading) {
        Optional<String> refusal = breaker.refusal(name);
        if (refusal.isPresent()) {
            return CompletableFuture.completedFuture(reading.outage(CredentialResult.notQueried(refusal.get())));
        }
        return new GatedRequest<>(this, name, origin, question, reading).start();
    }

    /** Waiting requests are answered immediately, pending ones within the time limit. */
    void close() {
        limiter.forgetAll().forEach(waiting -> ((GatedRequest<?>) waiting).refuse("not queried: the backend is closed"));
    }

    String timeoutReason() {
        return "no answer within " + limit.toMillis() + " ms";
    }

    /** Counts and occasionally logs a request that failed with overload. */
    CredentialResult overload(String reason) {
        overloaded.increment();
        long due = logAgain.get();
        if (time.nanos() - due >= 0 && logAgain.compareAndSet(due, time.nanos() + LOG_EVERY.toNanos())) {
            LOGGER.warn("Overload: requests to backend {} are answered 454, {} since the start: {}; logged once in {} s", backend,
                overloaded.sum(), reason, LOG_EVERY.toSeconds());
        }
        health.overloaded(reason);
        return CredentialResult.overloaded(reason);
    }

    /** The result of a request that threw an exception: with the address, since the name of an exception does not tell which server. */
    CredentialResult failure(Throwable failure) {
        CredentialResult result = CredentialResult.unavailable(failure);
        return result.wasQueried() ? address.map(where -> result.because(result.reason() + ", at " + where)).orElse(result) : result;
    }

    /** A request begins to wait for a worker of this server, or does not any more. */
    void queued(boolean begins) {
        queued.addAndGet(begins ? 1 : -1);
    }

    /** Whether requests wait in queues of this server. */
    boolean isBusy() {
        return queued.get() > 0 || limiter.waiting() > 0;
    }

    /** The number of requests since the start that failed with overload. */
    long overloaded() {
        return overloaded.sum();
    }
}
