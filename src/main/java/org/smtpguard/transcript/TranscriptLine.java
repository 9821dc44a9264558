package org.smtpguard.transcript;

import java.time.Instant;
import java.util.Optional;

/** A line of a transcript: a command, a response, a message or a whole reply. Immutable. */
public final class TranscriptLine {
    /** Whose line it is. */
    public enum Speaker {
        CLIENT,
        SERVER,
        /** Nobody on the wire: the guard watched a rule being broken that it only observes. */
        OBSERVER
    }

    private final Instant time;
    private final Speaker speaker;
    private final String text;
    private final int octets;
    private final Optional<Refusal> refusal;

    TranscriptLine(Instant time, Speaker speaker, String text, int octets, Optional<Refusal> refusal) {
        this.time = time;
        this.speaker = speaker;
        this.text = text;
        this.octets = octets;
        this.refusal = refusal;
    }

    /** To the millisecond. */
    public Instant time() {
        return time;
    }

    public Speaker speaker() {
        return speaker;
    }

    /**
     * Printable ASCII, the lines of a reply with LF between them. What was confidential, or may have been, stands there as
     * what it was and how long, in brackets. Of a refusal what was wrong and the details; the rest is in {@link #refusal()}.
     */
    public String text() {
        return text;
    }

    /** How many octets went over the wire, with their CRLFs; 0 for what did not. */
    public int octets() {
        return octets;
    }

    /** Of a reply that refuses, and of what was observed. */
    public Optional<Refusal> refusal() {
        return refusal;
    }

    @Override
    public String toString() {
        return speaker + ": " + text;
    }
}
