package org.smtpguard.diagnosis;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The length of a refusal. */
public enum ReplyStyle {
    /** At least four lines: cause, state, next, help. */
    FULL,
    /** One line. */
    BRIEF;

    /** The style with this name, ignoring case. */
    public static Optional<ReplyStyle> of(String name) {
        return Stream.of(values()).filter(style -> style.name().equals(name.trim().toUpperCase(Locale.ROOT))).findFirst();
    }
}
