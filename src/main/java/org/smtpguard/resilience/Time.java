package org.smtpguard.resilience;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The clock and timer of the safeguards; replaced in tests. */
interface Time {
    /** The system clock and the JDK's timer. */
    Time SYSTEM = new Time() {
        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public Alarm in(Duration delay, Runnable task) {
            CompletableFuture<Boolean> due = new CompletableFuture<>();
            due.completeOnTimeout(true, delay.toNanos(), TimeUnit.NANOSECONDS);
            due.thenAccept(isDue -> {
                if (isDue) {
                    task.run();
                }
            });
            // Completed, not cancelled: Java 11 keeps the timer task of a cancelled future until it is due.
            return () -> due.complete(false);
        }
    };

    /** The current time. */
    Instant now();

    /** Monotonic nanoseconds with an arbitrary origin. */
    long nanos();

    /** Runs the task after the delay on the JDK's timer, which must not be blocked, unless it is called off. */
    Alarm in(Duration delay, Runnable task);

    /** A scheduled task. */
    interface Alarm {
        void callOff();
    }
}
