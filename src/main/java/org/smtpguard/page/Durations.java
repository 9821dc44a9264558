package org.smtpguard.page;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as requests name them: {@code 15m}, {@code 6h}, {@code 7d}. */
public final class Durations {
    private static final Map<String, Duration> UNITS =
        Map.of("m", Duration.ofMinutes(1), "h", Duration.ofHours(1), "d", Duration.ofDays(1));
    private static final Pattern TEXT = Pattern.compile("(\\d{1,6})([mhd])");

    private Durations() {
    }

    /** @return zero or more; empty for any other text */
    public static Optional<Duration> parse(String text) {
        Matcher parts = TEXT.matcher(text);
        return parts.matches() ? Optional.of(UNITS.get(parts.group(2)).multipliedBy(Long.parseLong(parts.group(1)))) : Optional.empty();
    }
}
