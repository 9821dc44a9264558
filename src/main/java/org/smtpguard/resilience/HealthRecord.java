package org.smtpguard.resilience;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the present {@link Health} of something, and logs one line for each change of its state, at WARN, in the order of the changes.
 *
 * <p>Threads: any. Nothing is logged while a lock is held.
 */
public final class HealthRecord {
    /** So many changes are logged within {@link #PERIOD}: what fails and recovers with each request must not fill the log. */
    static final int LINES = 20;
    static final Duration PERIOD = Duration.ofMinutes(10);

    private static final Logger LOGGER = LoggerFactory.getLogger("org.smtpguard.HEALTH");

    private final String subject;
    private final Queue<Health> unlogged = new ConcurrentLinkedQueue<>();
    private final AtomicInteger changes = new AtomicInteger();
    private volatile Runnable afterLine = () -> { };
    // Guarded by this.
    private Health current;
    private Instant periodBegin;
    private int lines;

    /**
     * @param subject what it is of, in the log
     * @param reason why it is healthy in the beginning
     */
    public HealthRecord(String subject, String reason, Instant start) {
        this.subject = subject;
        this.current = Health.of(Health.State.HEALTHY, reason, start);
        this.periodBegin = start;
    }

    /**
     * @param action called after each line that is logged, so that a buffered log has it soon
     * @return this
     */
    public HealthRecord afterLine(Runnable action) {
        afterLine = action;
        return this;
    }

    /**
     * Updates the health.
     *
     * @param seen with the time of the change, if this is one; called under the lock, so that the last to see something has the last word
     * @return the health now
     */
    Health update(Supplier<Health> seen) {
        Health updated;
        boolean isLogged;
        synchronized (this) {
            Health found = seen.get();
            boolean isChange = found.state() != current.state();
            updated = isChange ? found : found.since(current.since());
            current = updated;
            isLogged = isChange && admits(updated.since());
            if (isLogged) {
                unlogged.add(lines < LINES ? updated : Health.of(updated.state(), updated.reason() + "; it changes too often: further"
                    + " changes are logged from " + periodBegin.plus(PERIOD).truncatedTo(ChronoUnit.SECONDS) + " on", updated.since()));
            }
        }
        if (isLogged && changes.getAndIncrement() == 0) {
            do {
                log(unlogged.remove());
            } while (changes.decrementAndGet() > 0);
        }
        return updated;
    }

    private boolean admits(Instant now) {
        if (!now.isBefore(periodBegin.plus(PERIOD))) {
            periodBegin = now;
            lines = 0;
        }
        return ++lines <= LINES;
    }

    /** Updates the health of something that has problems, but is never down. */
    public Health update(Optional<String> problem, String healthy, Instant now) {
        return update(() -> problem.map(text -> Health.of(Health.State.DEGRADED, text, now))
            .orElseGet(() -> Health.of(Health.State.HEALTHY, healthy, now)));
    }

    private void log(Health health) {
        // Recovery too, since James' sample logback.xml shows no INFO of ours.
        LOGGER.warn("{} {} since={} reason=\"{}\"", health.state(), subject, health.since().truncatedTo(ChronoUnit.SECONDS),
            health.reason().replace('"', '\''));
        afterLine.run();
    }
}
