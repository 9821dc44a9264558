package org.smtpguard.bench.load;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.HdrHistogram.Histogram;

/**
 * What a crowd has seen between the two ends of the time that is measured. For one thread.
 *
 * <p>A unit counts as done by the time of its last reply. One that is under way when the time is up is among the times with what
 * it has taken so far: to leave out the slowest would be kind to the server.
 */
final class Tally {
    private static final double MICROS_PER_MILLI = 1e3;

    private final long from;
    private final long to;
    private final Histogram micros = new Histogram(TimeUnit.HOURS.toMicros(1), 3);
    private final Map<String, Long> errors = new TreeMap<>();
    private long units;
    private long unanswered;

    /** Both as of {@link System#nanoTime()}. */
    Tally(long from, long to) {
        this.from = from;
        this.to = to;
    }

    /** @param since when it was to begin, which in an open loop may be before it did */
    void done(long since) {
        long now = System.nanoTime();
        if (now >= from && now < to) {
            units++;
            record(now - since);
        } else if (now >= to && since < to) {
            record(to - since);
        }
    }

    /** It will have no reply any more. */
    void unanswered(long since) {
        unanswered++;
        if (since < to) {
            record(to - since);
        }
    }

    /** Another reply than was to be expected, or none at all; whenever that was. */
    void error(String what) {
        errors.merge(what, 1L, Long::sum);
    }

    private void record(long nanos) {
        micros.recordValue(Math.min(Math.max(0, TimeUnit.NANOSECONDS.toMicros(nanos)), micros.getHighestTrackableValue()));
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode()
            .put("units", units)
            .put("unanswered", unanswered)
            .put("p50", micros.getValueAtPercentile(50) / MICROS_PER_MILLI)
            .put("p99", micros.getValueAtPercentile(99) / MICROS_PER_MILLI)
            .put("max", micros.getMaxValue() / MICROS_PER_MILLI);
        ObjectNode counts = json.putObject("errors");
        errors.forEach(counts::put);
        return json;
    }
}
