package org.smtpguard.transcript;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A snapshot of a session: its first lines and its last ones. Immutable. */
public final class Transcript {
    private final String reference;
    private final String client;
    private final int port;
    private final Optional<String> tls;
    private final Instant begin;
    private final Optional<Instant> end;
    private final long omitted;
    private final int omittedAfter;
    private final List<TranscriptLine> lines;

    Transcript(String reference, String client, int port, Optional<String> tls, Instant begin, Optional<Instant> end, long omitted,
               int omittedAfter, List<TranscriptLine> lines) {
        this.reference = reference;
        this.client = client;
        this.port = port;
        this.tls = tls;
        this.begin = begin;
        this.end = end;
        this.omitted = omitted;
        this.omittedAfter = omittedAfter;
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

    /** The port of the server. */
    public int port() {
        return port;
    }

    /** The version of TLS, such as {@code TLSv1.3}; empty if the session is in clear text. */
    public Optional<String> tls() {
        return tls;
    }

    /** When the session began. */
    public Instant begin() {
        return begin;
    }

    /** When the session ended; empty if it is still open. */
    public Optional<Instant> end() {
        return end;
    }

    /** The number of lines that are not kept any more. */
    public long omitted() {
        return omitted;
    }

    /** The number of {@link #lines} before those that are omitted. */
    public int omittedAfter() {
        return omittedAfter;
    }

    /** Oldest first. */
    public List<TranscriptLine> lines() {
        return lines;
    }

    /** How log-ins have ended, oldest first. */
    public List<LogIn> logIns() {
        return lines.stream().map(TranscriptLine::logIn).flatMap(Optional::stream).collect(Collectors.toUnmodifiableList());
    }

    /** What was refused, or would have been, oldest first. */
    public List<Refusal> refusals() {
        return lines.stream().map(TranscriptLine::refusal).flatMap(Optional::stream).collect(Collectors.toUnmodifiableList());
    }
}
