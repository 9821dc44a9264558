package org.smtpguard.sequence;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a rule does to a command that breaks it. */
public enum Mode {
    /** Refuses it. */
    ENFORCE,
    /** Counts and logs it and lets the server answer. */
    OBSERVE,
    /** Nothing: the rule is not looked at. */
    OFF;

    /** The mode of this name, in any case. */
    public static Optional<Mode> of(String name) {
        return Stream.of(values()).filter(mode -> mode.name().equals(name.trim().toUpperCase(Locale.ROOT))).findFirst();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
