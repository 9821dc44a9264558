package org.smtpguard.sequence;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What happens to a command that breaks a rule. */
public enum Mode {
    /** It is refused. */
    ENFORCE,
    /** It is counted and logged, and passed on to James. */
    OBSERVE,
    /** Nothing: the rule is not evaluated. */
    OFF;

    /** The mode with this name, ignoring case. */
    public static Optional<Mode> of(String name) {
        return Stream.of(values()).filter(mode -> mode.name().equals(name.trim().toUpperCase(Locale.ROOT))).findFirst();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
