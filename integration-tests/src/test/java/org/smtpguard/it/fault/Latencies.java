package org.smtpguard.it.fault;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** How long something took, many times. Threadsafe. */
public final class Latencies {
    private final List<Duration> times = new CopyOnWriteArrayList<>();

    public void add(Duration time) {
        times.add(time);
    }

    public int count() {
        return times.size();
    }

    /** The time that so much of them did not exceed, from 0 to 1. */
    public Duration quantile(double part) {
        List<Duration> sorted = times.stream().sorted().collect(Collectors.toList());
        return sorted.isEmpty() ? Duration.ZERO : sorted.get((int) Math.ceil(part * (sorted.size() - 1)));
    }

    /** Median and 99th percentile. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.1f / %.1f", millis(0.5), millis(0.99));
    }

    private double millis(double part) {
        return quantile(part).toNanos() / 1e6;
    }
}
