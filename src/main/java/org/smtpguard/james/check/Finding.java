package org.smtpguard.james.check;

import java.util.Objects;

/** What a look at a configuration has found, at one place of it. Immutable; holds no secret. */
public final class Finding {
    /** How bad it is. */
    public enum Severity {
        /** As it should be. */
        OK,
        /** The server would start, and yet somebody should look at it. */
        WARNING,
        /** The server would not start, or what is meant could never happen. */
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

    /** The port, as it stands in {@code <bind>}, or the file. */
    public String place() {
        return place;
    }

    /** The handler or the backend. */
    public String element() {
        return element;
    }

    /** What is so, and the mend where there is something to mend. */
    public String sentence() {
        return sentence;
    }

    @Override
    public String toString() {
        return severity + " " + place + " " + element + ": " + sentence;
    }
}
