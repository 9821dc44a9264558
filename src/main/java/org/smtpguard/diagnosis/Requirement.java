package org.smtpguard.diagnosis;

/** A literal sentence of an RFC that a rule is based on, and its level of requirement. Immutable. */
public final class Requirement {
    private final String section;
    private final Level level;
    private final String sentence;

    Requirement(String section, Level level, String sentence) {
        this.section = section;
        this.level = level;
        this.sentence = sentence;
    }

    /** The RFC and section of the sentence. */
    public String section() {
        return section;
    }

    public Level level() {
        return level;
    }

    public String sentence() {
        return sentence;
    }

    /** The levels of RFC 2119; MUST NOT is MUST, and so on. */
    public enum Level {
        MUST,
        SHOULD,
        MAY,
        /** The sentence gives the reason, and does not say how the server has to react. */
        NONE
    }
}
