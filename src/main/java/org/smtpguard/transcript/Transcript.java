package org.smtpguard.transcript;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A snapshot of the last lines of a session. Immutable. */
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

    /** The reference of the session, as in its refusals. */
    public String reference() {
        return reference;
    }

    /** The client's IP address; behind a proxy with PROXY protocol, that of the client. */
    public String client() {
        return client;
    }

    /** When the session began. */
    public Instant begin() {
        return begin;
    }

    /** When the session ended; empty if it is still open. */
    public Optional<Instant> end() {
        return end;
    }

    /** The number of older lines that are not kept any more. */
    public long omitted() {
        return omitted;
    }

    /** Oldest first. */
    public List<TranscriptLine> lines() {
        return lines;
    }
}
