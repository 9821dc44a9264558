package org.smtpguard.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** How quiet the machine was while a scenario was measured. What {@code /proc} tells is left out where there is none. */
final class Noise {
    private static final Path STAT = Path.of("/proc/stat");
    /** user, nice, system, idle, iowait, irq, softirq, steal (proc(5)); what follows is part of user and nice. */
    private static final int FIELDS = 8;
    private static final int STEAL = 7;

    private final double loadBefore = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    private final long[] before = ticks();

    private Noise() {
    }

    /** From now on. */
    static Noise listen() {
        return new Noise();
    }

    /** @param outcome whose rounds tell how far equal runs differ */
    String text(Scenario scenario, Outcome outcome) {
        Series.Spread differences = outcome.differences(scenario);
        StringBuilder text = new StringBuilder();
        if (!Double.isNaN(differences.median)) {
            text.append(String.format(Locale.ROOT, " Equal rounds differed by %.0f %% (median of contenders and loads), at most %.0f %%.",
                100 * differences.median, 100 * differences.most));
        }
        if (loadBefore >= 0) {
            text.append(String.format(Locale.ROOT, " Load average before: %.1f.", loadBefore));
        }
        long[] now = ticks();
        long all = Arrays.stream(now).sum() - Arrays.stream(before).sum();
        if (all > 0) {
            text.append(String.format(Locale.ROOT, " Taken by other virtual machines (steal): %.1f %%.",
                100.0 * (now[STEAL] - before[STEAL]) / all));
        }
        return text.toString();
    }

    private static long[] ticks() {
        try {
            String[] words = Files.readString(STAT, StandardCharsets.US_ASCII).split("\n", 2)[0].trim().split(" +");
            return Arrays.stream(words).skip(1).limit(FIELDS).mapToLong(Long::parseLong).toArray();
        } catch (IOException e) {
            return new long[FIELDS];
        }
    }
}
