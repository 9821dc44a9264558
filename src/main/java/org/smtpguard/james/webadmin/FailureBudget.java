package org.smtpguard.james.webadmin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Limits failed log-in checks with a token bucket: a burst, then one per interval. A check takes a token before it starts and
 * returns it if it succeeds, so concurrent checks cannot exceed the limit.
 *
 * <p>Threads: thread-safe.
 */
final class FailureBudget {
    private final int burst;
    private final Duration interval;
    private final Clock clock;
    private int left;
    private Instant refilled;

    FailureBudget(int burst, Duration interval, Clock clock) {
        this.burst = burst;
        this.interval = interval;
        this.clock = clock;
        this.left = burst;
        this.refilled = clock.instant();
    }

    /** @return whether there was a token */
    synchronized boolean take() {
        refill();
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }

    synchronized void release() {
        left = Math.min(burst, left + 1);
    }

    private void refill() {
        Duration passed = Duration.between(refilled, clock.instant());
        if (passed.isNegative()) {
            // The clock has been set back.
            refilled = clock.instant();
            return;
        }
        long gained = passed.dividedBy(interval);
        left = (int) Math.min(burst, left + gained);
        refilled = refilled.plus(interval.multipliedBy(gained));
    }
}
