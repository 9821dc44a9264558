package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Formats times: in UTC for programs, in the server's time zone, as in its log, for readers. */
final class Times {
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT);
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
    private static final DateTimeFormatter ZONE = DateTimeFormatter.ofPattern("xxx", Locale.ROOT);

    private final ZoneId zone;

    Times(ZoneId zone) {
        this.zone = zone;
    }

    /** A time to the millisecond, with the zone. */
    Element moment(Instant time) {
        return el("time", text(time)).at("datetime", time);
    }

    /** A time to the millisecond, with the zone. */
    String text(Instant time) {
        return MOMENT.format(time.atZone(zone)) + " " + ZONE.format(time.atZone(zone));
    }

    /** A time to the second, with the zone. */
    Element second(Instant time) {
        return el("time", SECOND.format(time.atZone(zone)) + " " + ZONE.format(time.atZone(zone))).at("datetime", time);
    }

    /** A duration in milliseconds. */
    static String millis(Duration span) {
        return Math.max(0, span.toMillis()) + " ms";
    }

    /** Hours and minutes. */
    String minute(Instant time) {
        return MINUTE.format(time.atZone(zone));
    }

    /** A duration in one unit. */
    static String span(Duration span) {
        if (span.toMillis() < 1000) {
            return Math.max(0, span.toMillis()) + " ms";
        }
        if (span.toSeconds() < 120) {
            return span.toSeconds() + " s";
        }
        if (span.toMinutes() < 120) {
            return span.toMinutes() + " min";
        }
        return span.toHours() < 48 ? span.toHours() + " h" : span.toDays() + " days";
    }
}
