package org.smtpguard.resilience;

import java.time.Instant;
import java.util.Locale;
import java.util.Objects;

/**
 * How a backend is, why, and since when: pages, JSON, health check, metrics and log all read this value. Contains no secret. Immutable.
 */
public final class Health {
    private static final int REASON_LIMIT = 500;

    private final State state;
    private final String reason;
    private final Instant since;

    private Health(State state, String reason, Instant since) {
        this.state = Objects.requireNonNull(state, "state");
        this.reason = Objects.requireNonNull(reason, "reason");
        this.since = Objects.requireNonNull(since, "since");
    }

    /** @param reason for the operator; shortened, and control characters are replaced, so that it is one line everywhere */
    static Health of(State state, String reason, Instant since) {
        String line = reason.replaceAll("\\p{Cntrl}", "?");
        return new Health(state, line.length() > REASON_LIMIT ? line.substring(0, REASON_LIMIT) + "..." : line, since);
    }

    /** From best to worst; the metrics show the ordinal. */
    public enum State {
        /** No problem is known. */
        HEALTHY,
        /** It answers, but not as it should. */
        DEGRADED,
        /** It does not answer. */
        DOWN;

        /** The name in JSON and in the log: {@code healthy}, {@code degraded}, {@code down}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The same since another time. */
    Health since(Instant other) {
        return new Health(state, reason, other);
    }

    public State state() {
        return state;
    }

    public boolean isHealthy() {
        return state == State.HEALTHY;
    }

    public boolean isDown() {
        return state == State.DOWN;
    }

    /** Why, as one line for the operator. */
    public String reason() {
        return reason;
    }

    /** Since when the state is this one. The reason may have changed since. */
    public Instant since() {
        return since;
    }

    @Override
    public String toString() {
        return state + " since " + since + ": " + reason;
    }
}
