package org.smtpguard.diagnosis;

/** A sentence of an RFC, word for word, and how strictly it asks for what a rule holds a client to. */
public final class Requirement {
    private final String section;
    private final Level level;
    private final String sentence;

    Requirement(String section, Level level, String sentence) {
        this.section = section;
        this.level = level;
        this.sentence = sentence;
    }

    /** The RFC and section in which the sentence stands. */
    public String section() {
        return section;
    }

    public Level level() {
        return level;
    }

    public String sentence() {
        return sentence;
    }

    /** The levels of RFC 2119, with MUST NOT for MUST, and so on. */
    public enum Level {
        MUST,
        SHOULD,
        MAY,
        /** The sentence gives the reason, and leaves it to the server what to do about it. */
        NONE
    }
}
