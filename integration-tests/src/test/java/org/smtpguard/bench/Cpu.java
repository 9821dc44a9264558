package org.smtpguard.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.stream.Stream;

/**
 * The processor time of processes, with their children and those of these that have ended, as Linux tells it: in steps of 10 ms.
 * Elsewhere there is none.
 */
final class Cpu {
    private static final double MICROS_PER_TICK = 10_000;
    /** utime, stime, cutime, cstime (proc(5)), behind the name, which is in brackets and may hold anything. */
    private static final int FIRST = 11;
    private static final int LAST = 14;

    private Cpu() {
    }

    /** @return microseconds; NaN where it cannot be told */
    static double micros(Collection<ProcessHandle> processes) {
        return processes.stream().flatMap(process -> Stream.concat(Stream.of(process), process.descendants())).distinct()
            .mapToDouble(Cpu::ofOne).sum();
    }

    private static double ofOne(ProcessHandle process) {
        Path stat = Path.of("/proc", String.valueOf(process.pid()), "stat");
        if (!Files.isDirectory(Path.of("/proc/self"))) {
            return Double.NaN;
        }
        try {
            String line = Files.readString(stat, StandardCharsets.ISO_8859_1);
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
            double ticks = 0;
            for (int i = FIRST; i <= LAST; i++) {
                ticks += Long.parseLong(fields[i]);
            }
            return ticks * MICROS_PER_TICK;
        } catch (IOException e) {
            // It has just ended: its time is its parent's.
            return 0;
        }
    }
}
