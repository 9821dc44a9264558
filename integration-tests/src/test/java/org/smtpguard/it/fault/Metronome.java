package org.smtpguard.it.fault;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;

/**
 * A thread that does nothing but wake up every few milliseconds, and tells how late it was at worst: as late may be whatever else is
 * done here, without being to blame for it.
 */
public final class Metronome implements AutoCloseable {
    private static final Duration BEAT = Duration.ofMillis(20);

    private final CountDownLatch over = new CountDownLatch(1);
    private final LongAccumulator longest = new LongAccumulator(Math::max, 0);

    public Metronome() {
        Thread thread = new Thread(this::beat, "metronome");
        thread.setDaemon(true);
        thread.start();
    }

    private void beat() {
        try {
            long before = System.nanoTime();
            while (!over.await(BEAT.toNanos(), TimeUnit.NANOSECONDS)) {
                long now = System.nanoTime();
                longest.accumulate(now - before - BEAT.toNanos());
                before = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** For how long the machine has stood still so far, at worst. */
    public Duration stall() {
        return Duration.ofNanos(longest.get());
    }

    @Override
    public void close() {
        over.countDown();
    }
}
