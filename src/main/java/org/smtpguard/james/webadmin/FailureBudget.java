package org.smtpguard.james.webadmin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Bounds how many log-in checks can fail: so many in a row, then one in each interval. A check takes a place before it begins and
 * gives it back if it succeeds, so that concurrent ones do not exceed the bound.
 *
 * <p>Threads: any.
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

    /** @return whether there was a place */
    synchronized boolean take() {
        refill();
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }

    synchronized void giveBack() {
        left = Math.min(burst, left + 1);
    }

    private void refill() {
        Duration passed = Duration.between(refilled, clock.instant());
        if (passed.isNegative()) {
            // The clock was set back.
            refilled = clock.instant();
            return;
        }
        long gained = passed.dividedBy(interval);
        left = (int) Math.min(burst, left + gained);
        refilled = refilled.plus(interval.multipliedBy(gained));
    }
}
