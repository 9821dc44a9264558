package org.smtpguard.resilience;

import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** A snapshot of a backend's state, for health checks, metrics and WebAdmin. Contains no secret. Immutable. */
public final class BackendStatus {
    private final String name;
    private final State state;
    private final Instant since;
    private final Optional<Failure> lastFailure;
    private final Optional<String> flaw;
    private final int pending;
    private final int waiting;
    private final long overloaded;
    private final CacheStatus cache;

    BackendStatus(String name, State state, Instant since, Optional<Failure> lastFailure, Optional<String> flaw, int pending, int waiting,
                  long overloaded, CacheStatus cache) {
        this.name = Objects.requireNonNull(name, "name");
        this.state = Objects.requireNonNull(state, "state");
        this.since = Objects.requireNonNull(since, "since");
        this.lastFailure = Objects.requireNonNull(lastFailure, "lastFailure");
        this.flaw = Objects.requireNonNull(flaw, "flaw");
        this.pending = pending;
        this.waiting = waiting;
        this.overloaded = overloaded;
        this.cache = Objects.requireNonNull(cache, "cache");
    }

    /** The state of the circuit breaker. */
    public enum State {
        /** Requests reach the backend. */
        CLOSED,
        /** The backend failed too often in a row; requests are answered immediately without a query. */
        OPEN,
        /** One trial request is pending, to find out whether the backend answers again. */
        HALF_OPEN;

        /** The name in JSON: {@code closed}, {@code open}, {@code half-open}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public String name() {
        return name;
    }

    public State state() {
        return state;
    }

    /** Since when the circuit is closed, or not closed (open or half-open). */
    public Instant since() {
        return since;
    }

    /** The last failure since the start, if any. */
    public Optional<Failure> lastFailure() {
        return lastFailure;
    }

    /** Why the backend is degraded although it answers. */
    public Optional<String> flaw() {
        return flaw;
    }

    /** The number of requests that the backend is processing. */
    public int pending() {
        return pending;
    }

    /** The number of requests that wait for the concurrency limit. */
    public int waiting() {
        return waiting;
    }

    /** The number of requests since the start that failed because a queue was full, or because they waited too long. */
    public long overloaded() {
        return overloaded;
    }

    /** The cache statistics; all zero if there is no cache. */
    public CacheStatus cache() {
        return cache;
    }

    @Override
    public String toString() {
        return name + ": " + state + " since " + since + ", " + pending + " pending, " + waiting + " waiting"
            + lastFailure.map(failure -> ", last failure: " + failure).orElse("") + flaw.map(text -> ", " + text).orElse("");
    }

    /** A request that a backend did not answer. Immutable. */
    public static final class Failure {
        private final String reason;
        private final Instant at;

        Failure(String reason, Instant at) {
            this.reason = Objects.requireNonNull(reason, "reason");
            this.at = Objects.requireNonNull(at, "at");
        }

        /** The reason, for the operator. */
        public String reason() {
            return reason;
        }

        public Instant at() {
            return at;
        }

        @Override
        public String toString() {
            return reason + " at " + at;
        }
    }

    /** The statistics of the cache since the start. Immutable. */
    public static final class CacheStatus {
        static final CacheStatus NONE = new CacheStatus(0, 0, 0, 0);

        private final long hits;
        private final long stale;
        private final long misses;
        private final long entries;

        CacheStatus(long hits, long stale, long misses, long entries) {
            this.hits = hits;
            this.stale = stale;
            this.misses = misses;
            this.entries = entries;
        }

        /** Requests answered from the cache. */
        public long hits() {
            return hits;
        }

        /** Requests answered with an expired verdict, since the backend was unavailable. */
        public long stale() {
            return stale;
        }

        /** Requests without an entry. */
        public long misses() {
            return misses;
        }

        /** The approximate number of entries. */
        public long entries() {
            return entries;
        }
    }
}
