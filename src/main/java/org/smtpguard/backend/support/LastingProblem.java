package org.smtpguard.backend.support;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

import org.slf4j.Logger;

/**
 * A problem that may recur at every log-in and is no reason to refuse one. It is logged when it begins or changes, and from then on once an
 * hour.
 *
 * <p>Threads: any.
 */
public final class LastingProblem {
    private static final Duration AGAIN = Duration.ofHours(1);

    private final Logger logger;
    private final String backend;
    private final LongSupplier nanos;
    private final AtomicReference<Optional<Told>> lastTold = new AtomicReference<>(Optional.empty());
    private volatile Optional<String> current = Optional.empty();

    public LastingProblem(Logger logger, String backend) {
        this(logger, backend, System::nanoTime);
    }

    LastingProblem(Logger logger, String backend, LongSupplier nanos) {
        this.logger = logger;
        this.backend = backend;
        this.nanos = nanos;
    }

    /** @param predicate what is wrong and how to fix it, to follow the backend's name; without a secret */
    public void report(String predicate) {
        current = Optional.of(predicate);
        Optional<Told> before = lastTold.get();
        Told told = new Told(predicate, nanos.getAsLong());
        if (before.filter(told::isLittleMoreThan).isEmpty() && lastTold.compareAndSet(before, Optional.of(told))) {
            logger.warn("Backend {} {}.", backend, predicate);
        }
    }

    /** The last attempt succeeded. */
    public void resolved() {
        current = Optional.empty();
    }

    /** The problem of the last attempt; empty if that succeeded. */
    public Optional<String> current() {
        return current;
    }

    private static final class Told {
        private final String predicate;
        private final long at;

        Told(String predicate, long at) {
            this.predicate = predicate;
            this.at = at;
        }

        boolean isLittleMoreThan(Told before) {
            return predicate.equals(before.predicate) && at - before.at < AGAIN.toNanos();
        }
    }
}
