package org.smtpguard.resilience;

import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** How a backend is, seen from outside at one moment: for health checks, metrics and people. Holds no secret. Immutable. */
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
        /** The backend has failed too often in a row; requests are answered at once. */
        OPEN,
        /** One request is on its way, to find out whether the backend answers again. */
        HALF_OPEN;

        /** As facts for programs name it: {@code closed}, {@code open}, {@code half-open}. */
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

    /** Since when the circuit is closed or, half-open included, is not. */
    public Instant since() {
        return since;
    }

    /** The last failure, if there was one since the start. */
    public Optional<Failure> lastFailure() {
        return lastFailure;
    }

    /** What is amiss although it answers. */
    public Optional<String> flaw() {
        return flaw;
    }

    /** How many questions the backend has before it. */
    public int pending() {
        return pending;
    }

    /** How many more wait for their turn. */
    public int waiting() {
        return waiting;
    }

    /** How many requests were answered, since the start, by a queue of ours that had no place for them or kept them too long. */
    public long overloaded() {
        return overloaded;
    }

    /** All zero where there is no cache. */
    public CacheStatus cache() {
        return cache;
    }

    @Override
    public String toString() {
        return name + ": " + state + " since " + since + ", " + pending + " pending, " + waiting + " waiting"
            + lastFailure.map(fault -> ", last failure: " + fault).orElse("") + flaw.map(text -> ", " + text).orElse("");
    }

    /** A question that a backend did not answer. Immutable. */
    public static final class Failure {
        private final String reason;
        private final Instant at;

        Failure(String reason, Instant at) {
            this.reason = Objects.requireNonNull(reason, "reason");
            this.at = Objects.requireNonNull(at, "at");
        }

        /** In words for the operator. */
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

    /** What the cache of verdicts has done since the start. Immutable. */
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

        /** Questions answered from it at once. */
        public long hits() {
            return hits;
        }

        /** Questions answered from it past the verdict's life, since the backend could not. */
        public long stale() {
            return stale;
        }

        /** Questions that it had no answer to. */
        public long misses() {
            return misses;
        }

        /** Verdicts in it now, about. */
        public long entries() {
            return entries;
        }
    }
}
