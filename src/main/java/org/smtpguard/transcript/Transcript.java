package org.smtpguard.transcript;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The last lines of a session, as far as they are kept. Immutable; of a session that goes on, as it was when asked for. */
public final class Transcript {
    private final String reference;
    private final String client;
    private final Instant begin;
    private final Optional<Instant> end;
    private final long omitted;
    private final List<TranscriptLine> lines;

    Transcript(String reference, String client, Instant begin, Optional<Instant> end, long omitted, List<TranscriptLine> lines) {
        this.reference = reference;
        this.client = client;
        this.begin = begin;
        this.end = end;
        this.omitted = omitted;
        this.lines = List.copyOf(lines);
    }

    /** What the session's refusals call it. */
    public String reference() {
        return reference;
    }

    /** The client's IP address; behind a proxy that tells it, not the proxy's. */
    public String client() {
        return client;
    }

    /** When the session said its first line. */
    public Instant begin() {
        return begin;
    }

    /** When it ended; empty if it goes on. */
    public Optional<Instant> end() {
        return end;
    }

    /** How many older lines are not kept any more. */
    public long omitted() {
        return omitted;
    }

    /** Oldest first. */
    public List<TranscriptLine> lines() {
        return lines;
    }
}
