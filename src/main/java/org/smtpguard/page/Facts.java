package org.smtpguard.page;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An ordered map for JSON. Empty values are omitted; times are in UTC, to the millisecond; other objects become their text.
 */
final class Facts {
    private final Map<String, Object> facts = new LinkedHashMap<>();

    static Facts of(String name, Object value) {
        return new Facts().and(name, value);
    }

    Facts and(String name, Object value) {
        if (value instanceof Optional) {
            ((Optional<?>) value).ifPresent(present -> and(name, present));
        } else if (value instanceof Number || value instanceof Boolean || value instanceof Iterable || value instanceof Map) {
            facts.put(name, value);
        } else if (value instanceof Facts) {
            facts.put(name, ((Facts) value).map());
        } else if (value instanceof Instant) {
            facts.put(name, ((Instant) value).truncatedTo(ChronoUnit.MILLIS).toString());
        } else {
            facts.put(name, value.toString());
        }
        return this;
    }

    Map<String, Object> map() {
        return facts;
    }
}
