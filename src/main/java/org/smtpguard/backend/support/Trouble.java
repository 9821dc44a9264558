package org.smtpguard.backend.support;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

import org.slf4j.Logger;

/**
 * What may go wrong at every log-in and is no reason to refuse one: told when it begins, when it becomes something else, and
 * from then on once an hour. For any threads.
 */
public final class Trouble {
    private static final Duration AGAIN = Duration.ofHours(1);

    private final Logger logger;
    private final String backend;
    private final LongSupplier nanos;
    private final AtomicReference<Optional<Told>> lastTold = new AtomicReference<>(Optional.empty());
    private volatile Optional<String> now = Optional.empty();

    public Trouble(Logger logger, String backend) {
        this(logger, backend, System::nanoTime);
    }

    Trouble(Logger logger, String backend, LongSupplier nanos) {
        this.logger = logger;
        this.backend = backend;
        this.nanos = nanos;
    }

    /** @param predicate what is wrong and how to mend it: it goes on after the backend's name, and holds no secret */
    public void is(String predicate) {
        now = Optional.of(predicate);
        Optional<Told> before = lastTold.get();
        Told told = new Told(predicate, nanos.getAsLong());
        if (before.filter(told::isLittleMoreThan).isEmpty() && lastTold.compareAndSet(before, Optional.of(told))) {
            logger.warn("Backend {} {}.", backend, predicate);
        }
    }

    /** It went well. */
    public void isOver() {
        now = Optional.empty();
    }

    /** What went wrong the last time, if it did. */
    public Optional<String> now() {
        return now;
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
