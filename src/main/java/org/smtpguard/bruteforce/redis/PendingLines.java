package org.smtpguard.bruteforce.redis;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Lines that are not in Redis yet, in the order in which they were added. Of each kind only the newest are kept, so that a flood of
 * failures displaces nothing else. Thread-safe.
 */
final class PendingLines {
    private final int limit;
    // Guarded by this.
    private final Deque<Line> failures = new ArrayDeque<>();
    private final Deque<Line> lasting = new ArrayDeque<>();
    private long added;
    private long dropped;

    /** @param limit of the lines of each kind */
    PendingLines(int limit) {
        this.limit = limit;
    }

    synchronized void add(String text, boolean isLasting) {
        Deque<Line> lines = isLasting ? lasting : failures;
        if (lines.size() >= limit) {
            lines.removeFirst();
            dropped++;
        }
        lines.addLast(new Line(text, isLasting, added++));
    }

    /** Takes lines back that were taken and not delivered. */
    synchronized void putBack(Collection<Line> lines) {
        List<Line> newestFirst = lines.stream().sorted(Comparator.comparingLong((Line line) -> line.number).reversed())
            .collect(Collectors.toList());
        for (Iterator<Line> each = newestFirst.iterator(); each.hasNext();) {
            Line line = each.next();
            Deque<Line> others = line.isLasting ? lasting : failures;
            if (others.size() < limit) {
                others.addFirst(line);
            } else {
                dropped++;
            }
        }
    }

    /** Takes the oldest line. */
    synchronized Optional<Line> poll() {
        boolean isFailureOlder = lasting.isEmpty() || (!failures.isEmpty() && failures.peek().number < lasting.peek().number);
        return Optional.ofNullable((isFailureOlder ? failures : lasting).poll());
    }

    synchronized boolean isEmpty() {
        return failures.isEmpty() && lasting.isEmpty();
    }

    /** How many lines were dropped since this was asked for the last time. */
    synchronized long takeDropped() {
        long count = dropped;
        dropped = 0;
        return count;
    }

    /** A line and its place. Immutable. */
    static final class Line {
        final String text;
        final boolean isLasting;
        private final long number;

        private Line(String text, boolean isLasting, long number) {
            this.text = text;
            this.isLasting = isLasting;
            this.number = number;
        }
    }
}
