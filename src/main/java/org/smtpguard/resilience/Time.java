package org.smtpguard.resilience;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The time that the safeguards go by: the system's, or a test's. */
interface Time {
    /** The system's. */
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
            // Completed and not cancelled: on a cancelled future Java 11 would keep its timer's task until that is due.
            return () -> due.complete(false);
        }
    };

    /** Now, as people read it. */
    Instant now();

    /** Nanoseconds since no moment in particular; they only ever go forward. */
    long nanos();

    /** Runs the task when that time has passed, on a thread that must not wait (the JDK's timer), unless it is called off. */
    Alarm in(Duration delay, Runnable task);

    /** A task that waits for its time. */
    interface Alarm {
        void callOff();
    }
}
