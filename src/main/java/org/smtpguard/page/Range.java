package org.smtpguard.page;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

import org.smtpguard.transcript.Violations;

/** A time range up to now: of a given length, or since a given time. Immutable. */
public final class Range {
    /** The range for which counts are kept. */
    public static final Range DAY = new Range("24h", Optional.of(Duration.ofHours(24)), Optional.empty());

    /** The ranges that pages offer. */
    static final List<String> OFFERED = List.of("15m", "1h", "6h", "24h");

    private final String text;
    private final Optional<Duration> before;
    private final Optional<Instant> moment;

    private Range(String text, Optional<Duration> before, Optional<Instant> moment) {
        this.text = text;
        this.before = before;
        this.moment = moment;
    }

    /** Parses {@code 15m}, {@code 6h}, {@code 1d}, or a time such as {@code 2026-01-31T12:00:00Z}; empty for other texts. */
    public static Optional<Range> parse(String text) {
        Optional<Duration> before = Durations.parse(text);
        if (before.isPresent()) {
            return Optional.of(new Range(text, before, Optional.empty()));
        }
        try {
            return Optional.of(new Range(text, Optional.empty(), Optional.of(Instant.parse(text))));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** The start of the range. */
    public Instant begin(Instant now) {
        return moment.orElseGet(() -> now.minus(before.orElseThrow()));
    }

    /** The start of the range, limited to the time for which counts are kept, and to now. */
    Instant since(Instant now) {
        Instant wanted = begin(now);
        Instant oldest = now.minus(Violations.KEPT);
        return wanted.isBefore(oldest) ? oldest : wanted.isAfter(now) ? now : wanted;
    }

    /** The text that was parsed; safe in a URL. */
    @Override
    public String toString() {
        return text;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Range && text.equals(((Range) o).text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }
}
