package org.smtpguard.james;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.smtpguard.it.fault.FaultProxy;

/**
 * What this JVM holds at a moment when nobody does anything: threads, and octets that are in use after a collection. The threads of a
 * {@link FaultProxy} do not count, which stay for a while: see {@link FaultProxy#connections()}.
 */
final class Holdings {
    /** A pool that has grown by a few; a cache of the JDK's. */
    private static final int THREADS_MORE = 10;
    private static final long OCTETS_MORE = 8L << 20;
    private static final long NOTHING_TO_SPEAK_OF = 256 << 10;

    private final long threads;
    private final long octets;
    private final Map<String, Long> names;

    private Holdings() {
        System.gc();
        names = Thread.getAllStackTraces().keySet().stream().map(thread -> thread.getName().replaceAll("\\d+", "*"))
            .filter(name -> !name.equals(FaultProxy.THREAD))
            .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
        threads = names.values().stream().mapToLong(Long::longValue).sum();
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

    /**
     * When there is no more than before, but for a little; the test fails if there stays more.
     *
     * @param more how many connections there may be more than before, each of which may have a thread on either side
     */
    static Holdings backAt(Holdings before, int more) {
        return patiently().alias("threads and heap are back at " + before.sums())
            .until(Holdings::new, now -> now.threads <= before.threads + THREADS_MORE + 2L * more
                && now.octets <= before.octets + OCTETS_MORE);
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(300));
    }

    /** With the threads' names: of a test that fails on another machine no more is left than this. */
    @Override
    public String toString() {
        return sums() + ", " + names;
    }

    String sums() {
        return threads + " threads, " + (octets >> 10) + " KiB";
    }
}
