package org.smtpguard.james.check;

import java.util.Objects;

/** A result of a configuration check, at one place of the configuration. Immutable; contains no secret. */
public final class Finding {
    /** The severity. */
    public enum Severity {
        /** Valid. */
        OK,
        /** The server would start, but the setting needs attention. */
        WARNING,
        /** The server would not start, or the setting cannot work. */
        WRONG
    }

    private final Severity severity;
    private final String place;
    private final String element;
    private final String sentence;

    Finding(Severity severity, String place, String element, String sentence) {
        this.severity = Objects.requireNonNull(severity, "severity");
        this.place = Objects.requireNonNull(place, "place");
        this.element = Objects.requireNonNull(element, "element");
        this.sentence = Objects.requireNonNull(sentence, "sentence");
    }

    public Severity severity() {
        return severity;
    }

    /** The port, as configured in {@code <bind>}, or the file. */
    public String place() {
        return place;
    }

    /** The handler or the backend. */
    public String element() {
        return element;
    }

    /** What was found, and the fix if one is needed. */
    public String sentence() {
        return sentence;
    }

    @Override
    public String toString() {
        return severity + " " + place + " " + element + ": " + sentence;
    }
}
