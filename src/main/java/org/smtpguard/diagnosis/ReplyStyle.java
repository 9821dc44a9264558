package org.smtpguard.diagnosis;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** How much a refusal says. */
public enum ReplyStyle {
    /** Four lines or more: cause, state, next, help. */
    FULL,
    /** One line. */
    BRIEF;

    /** The style of this name, in any case. */
    public static Optional<ReplyStyle> of(String name) {
        return Stream.of(values()).filter(style -> style.name().equals(name.trim().toUpperCase(Locale.ROOT))).findFirst();
    }
}
