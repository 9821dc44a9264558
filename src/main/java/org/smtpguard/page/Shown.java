package org.smtpguard.page;

import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

import org.smtpguard.transcript.ViolationCount;

/** Which violations are shown: refused or only observed ones. */
public enum Shown {
    ENFORCE(ViolationCount::refused),
    OBSERVE(ViolationCount::observed);

    private final ToLongFunction<ViolationCount> number;

    Shown(ToLongFunction<ViolationCount> number) {
        this.number = number;
    }

    /** The value for this mode. */
    public static Optional<Shown> of(String mode) {
        return Stream.of(values()).filter(shown -> shown.toString().equals(mode)).findFirst();
    }

    ToLongFunction<ViolationCount> number() {
        return number;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
