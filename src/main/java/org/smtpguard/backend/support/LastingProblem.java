package org.smtpguard.backend.support;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

import org.slf4j.Logger;

/**
 * A problem that may recur at every log-in without failing it. It is logged when it first occurs or changes, and then at most
 * once an hour.
 *
 * <p>Threads: any.
 */
public final class LastingProblem {
    private static final Duration LOG_INTERVAL = Duration.ofHours(1);

    private final Logger logger;
    private final String backend;
    private final LongSupplier nanos;
    private final AtomicReference<Optional<Logged>> lastLogged = new AtomicReference<>(Optional.empty());
    private volatile Optional<String> current = Optional.empty();

    public LastingProblem(Logger logger, String backend) {
        this(logger, backend, System::nanoTime);
    }

    LastingProblem(Logger logger, String backend, LongSupplier nanos) {
        this.logger = logger;
        this.backend = backend;
        this.nanos = nanos;
    }

    /** @param predicate what is wrong and how to fix it; continues a sentence after the backend's name; contains no secret */
    public void report(String predicate) {
        current = Optional.of(predicate);
        Optional<Logged> before = lastLogged.get();
        Logged logged = new Logged(predicate, nanos.getAsLong());
        if (before.filter(logged::isRepetitionOf).isEmpty() && lastLogged.compareAndSet(before, Optional.of(logged))) {
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

    private static final class Logged {
        private final String predicate;
        private final long at;

        Logged(String predicate, long at) {
            this.predicate = predicate;
            this.at = at;
        }

        boolean isRepetitionOf(Logged before) {
            return predicate.equals(before.predicate) && at - before.at < LOG_INTERVAL.toNanos();
        }
    }
}
