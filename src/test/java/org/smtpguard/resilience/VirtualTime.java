package org.smtpguard.resilience;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Time that passes when a test says so. Alarms go off on the thread that lets it pass. */
final class VirtualTime implements Time {
    static final Instant START = Instant.parse("2024-01-01T00:00:00Z");

    // Near the end of what a long can hold: a comparison that cannot bear an overflow fails.
    private static final long FIRST_NANOS = Long.MAX_VALUE - Duration.ofMillis(7).toNanos();

    private final Set<Pending> alarms = ConcurrentHashMap.newKeySet();
    private volatile Duration passed = Duration.ZERO;

    @Override
    public Instant now() {
        return START.plus(passed);
    }

    @Override
    public long nanos() {
        return FIRST_NANOS + passed.toNanos();
    }

    @Override
    public Alarm in(Duration delay, Runnable task) {
        Pending alarm = new Pending(passed.plus(delay), task);
        alarms.add(alarm);
        return () -> alarms.remove(alarm);
    }

    /** Lets that much time pass; what is due in it happens in its order, each at its time. */
    synchronized void pass(Duration time) {
        Duration end = passed.plus(time);
        for (Optional<Pending> next = next(end); next.isPresent(); next = next(end)) {
            // One that was set while time passed may be overdue; time does not go back for it.
            passed = next.get().at.compareTo(passed) > 0 ? next.get().at : passed;
            if (alarms.remove(next.get())) {
                next.get().task.run();
            }
        }
        passed = end;
    }

    private Optional<Pending> next(Duration end) {
        return alarms.stream().filter(alarm -> alarm.at.compareTo(end) <= 0).min(Comparator.comparing(alarm -> alarm.at));
    }

    /** How many alarms are on. */
    int alarms() {
        return alarms.size();
    }

    private static final class Pending {
        private final Duration at;
        private final Runnable task;

        Pending(Duration at, Runnable task) {
            this.at = at;
            this.task = task;
        }
    }
}
