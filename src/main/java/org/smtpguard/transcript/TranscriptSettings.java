package org.smtpguard.transcript;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The limits of the transcripts, and what they show. Immutable. */
public final class TranscriptSettings {
    /** 16 MiB, 64 lines of each session, a day, with names. */
    public static final TranscriptSettings DEFAULT = new TranscriptSettings(16 << 20, 64, Duration.ofHours(24), Names.SHOWN);

    private final long octets;
    private final int lines;
    private final Duration keep;
    private final Names names;

    /** How names and addresses of people appear in transcripts. */
    public enum Names {
        SHOWN,
        /** Equal names have equal pseudonyms, until James restarts. */
        PSEUDONYMS;

        /** The value for its name in the configuration. */
        public static Optional<Names> of(String text) {
            return Stream.of(values()).filter(value -> value.toString().equals(text)).findFirst();
        }

        /** The name in the configuration. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param octets the maximum for all sessions together; 0 to keep none
     * @param lines the maximum for each session, commands and replies; at least 1
     * @param keep how long a session is kept after its end
     */
    public TranscriptSettings(long octets, int lines, Duration keep, Names names) {
        this.octets = octets;
        this.lines = lines;
        this.keep = keep;
        this.names = names;
    }

    public long octets() {
        return octets;
    }

    public int lines() {
        return lines;
    }

    /** How long a session is kept after its end, at most: it goes earlier if the memory is needed. */
    public Duration keep() {
        return keep;
    }

    public Names names() {
        return names;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof TranscriptSettings && octets == ((TranscriptSettings) o).octets && lines == ((TranscriptSettings) o).lines
            && keep.equals(((TranscriptSettings) o).keep) && names == ((TranscriptSettings) o).names;
    }

    @Override
    public int hashCode() {
        return Objects.hash(octets, lines, keep, names);
    }

    @Override
    public String toString() {
        return "bytes=\"" + octets + "\" lines=\"" + lines + "\" keep=\"" + span() + "\" names=\"" + names + "\"";
    }

    private String span() {
        return keep.toMinutes() % 60 == 0 ? keep.toHours() + "h" : keep.toMinutes() + "m";
    }
}
