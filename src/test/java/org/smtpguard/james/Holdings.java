package org.smtpguard.james;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** What this JVM holds at a moment when nobody does anything: threads, and octets that are in use after a collection. */
final class Holdings {
    /** A pool that has grown by a few; a cache of the JDK's. */
    private static final int THREADS_MORE = 10;
    private static final long OCTETS_MORE = 8L << 20;
    private static final long NOTHING_TO_SPEAK_OF = 256 << 10;

    private final int threads;
    private final long octets;

    private Holdings() {
        System.gc();
        threads = ManagementFactory.getThreadMXBean().getThreadCount();
        octets = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** When what has been in use is let go of. */
    static Holdings settled() {
        AtomicReference<Holdings> last = new AtomicReference<>(new Holdings());
        return patiently().until(Holdings::new, now -> {
            Holdings before = last.getAndSet(now);
            return now.threads <= before.threads && Math.abs(now.octets - before.octets) < NOTHING_TO_SPEAK_OF;
        });
    }

    /** When there is no more than before, but for a little; the test fails if there stays more. */
    static Holdings backAt(Holdings before) {
        return patiently().alias("threads and heap are back at " + before)
            .until(Holdings::new, now -> now.threads <= before.threads + THREADS_MORE && now.octets <= before.octets + OCTETS_MORE);
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(300));
    }

    @Override
    public String toString() {
        return threads + " threads, " + (octets >> 10) + " KiB";
    }
}
