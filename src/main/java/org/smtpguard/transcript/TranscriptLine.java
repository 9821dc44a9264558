package org.smtpguard.transcript;

import java.time.Instant;
import java.util.Optional;

/** A line of a transcript: a command, a response, a message or a whole reply. Immutable. */
public final class TranscriptLine {
    /** Who sent the line. */
    public enum Speaker {
        CLIENT,
        SERVER,
        /** Not sent: a command broke a rule in mode observe. */
        OBSERVER,
        /** Not sent: how a log-in ended. */
        GUARD
    }

    private final Instant time;
    private final Speaker speaker;
    private final String text;
    private final int octets;
    private final Optional<Refusal> refusal;
    private final Optional<LogIn> logIn;

    private TranscriptLine(Instant time, Speaker speaker, String text, int octets, Optional<Refusal> refusal, Optional<LogIn> logIn) {
        this.time = time;
        this.speaker = speaker;
        this.text = text;
        this.octets = octets;
        this.refusal = refusal;
        this.logIn = logIn;
    }

    static TranscriptLine of(Instant time, Speaker speaker, String text, int octets, Optional<Refusal> refusal) {
        return new TranscriptLine(time, speaker, text, octets, refusal, Optional.empty());
    }

    static TranscriptLine of(Instant time, LogIn logIn) {
        return new TranscriptLine(time, Speaker.GUARD, logIn.toString(), 0, Optional.empty(), Optional.of(logIn));
    }

    /** With a precision of one millisecond. */
    public Instant time() {
        return time;
    }

    public Speaker speaker() {
        return speaker;
    }

    /**
     * Printable ASCII, except that the name in a log-in may be any text; LF separates the lines of a reply. Text that is or may be
     * confidential is replaced by its kind and length in brackets. For a refusal: the summary and the details; the rest is in
     * {@link #refusal()}.
     */
    public String text() {
        return text;
    }

    /** The number of octets on the wire, including CRLF; 0 if nothing was sent. */
    public int octets() {
        return octets;
    }

    /** Present if the line tells how a log-in ended. */
    public Optional<LogIn> logIn() {
        return logIn;
    }

    /** Present for refusals and for broken rules in mode observe. */
    public Optional<Refusal> refusal() {
        return refusal;
    }

    @Override
    public String toString() {
        return speaker + ": " + text;
    }
}
