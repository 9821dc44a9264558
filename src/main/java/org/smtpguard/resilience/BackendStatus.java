package org.smtpguard.resilience;

import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** A snapshot of a backend's state, for health checks, metrics and WebAdmin. Contains no secret. Immutable. */
public final class BackendStatus {
    private final String name;
    private final String type;
    private final Optional<String> address;
    private final Health health;
    private final State circuit;
    private final Requests requests;
    private final Optional<Latency> latency;
    private final Load load;
    private final CacheStatus cache;
    private final Optional<Instant> lastAnswer;
    private final Optional<Failure> lastFailure;

    BackendStatus(String name, String type, Optional<String> address, Health health, State circuit, Requests requests,
                  Optional<Latency> latency, Load load, CacheStatus cache, Optional<Instant> lastAnswer, Optional<Failure> lastFailure) {
        this.name = Objects.requireNonNull(name, "name");
        this.type = Objects.requireNonNull(type, "type");
        this.address = Objects.requireNonNull(address, "address");
        this.health = Objects.requireNonNull(health, "health");
        this.circuit = Objects.requireNonNull(circuit, "circuit");
        this.requests = Objects.requireNonNull(requests, "requests");
        this.latency = Objects.requireNonNull(latency, "latency");
        this.load = Objects.requireNonNull(load, "load");
        this.cache = Objects.requireNonNull(cache, "cache");
        this.lastAnswer = Objects.requireNonNull(lastAnswer, "lastAnswer");
        this.lastFailure = Objects.requireNonNull(lastFailure, "lastFailure");
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

    /** Its class, without the package if that is one of ours. */
    public String type() {
        return type;
    }

    /** Where the service or its data is. */
    public Optional<String> address() {
        return address;
    }

    public Health health() {
        return health;
    }

    /** The state of its circuit breaker. */
    public State circuit() {
        return circuit;
    }

    public Requests requests() {
        return requests;
    }

    /** How long it takes; empty before the first request. */
    public Optional<Latency> latency() {
        return latency;
    }

    public Load load() {
        return load;
    }

    /** The cache statistics; all zero if there is no cache. */
    public CacheStatus cache() {
        return cache;
    }

    /** When it answered last, if it has. */
    public Optional<Instant> lastAnswer() {
        return lastAnswer;
    }

    /** The last failure since the start, if any. */
    public Optional<Failure> lastFailure() {
        return lastFailure;
    }

    @Override
    public String toString() {
        return name + " (" + type + address.map(where -> " at " + where).orElse("") + "): " + health + ", circuit " + circuit + ", "
            + load.pending + " pending, " + load.waiting + " waiting"
            + lastFailure.map(failure -> ", last failure: " + failure).orElse("");
    }

    /** Requests since the start. Immutable. */
    public static final class Requests {
        private final long accepted;
        private final long refused;
        private final long undecided;
        private final long failed;
        private final long overloaded;

        Requests(long accepted, long refused, long undecided, long failed, long overloaded) {
            this.accepted = accepted;
            this.refused = refused;
            this.undecided = undecided;
            this.failed = failed;
            this.overloaded = overloaded;
        }

        /** Credentials that the backend accepted. */
        public long accepted() {
            return accepted;
        }

        /** Credentials that the backend refused. */
        public long refused() {
            return refused;
        }

        /** Answers that decide nothing: look-ups of SCRAM keys, and challenges. */
        public long undecided() {
            return undecided;
        }

        /** Requests that the backend did not answer, or for which it could not tell. */
        public long failed() {
            return failed;
        }

        /** Requests that failed because a queue of this server was full, or because they waited too long. */
        public long overloaded() {
            return overloaded;
        }

        /** All that were sent to the backend. */
        public long sent() {
            return accepted + refused + undecided + failed;
        }
    }

    /** How long the last requests took, without the time in queues of this server. Immutable. */
    public static final class Latency {
        private final double median;
        private final double percentile99;
        private final int requests;

        Latency(double median, double percentile99, int requests) {
            this.median = median;
            this.percentile99 = percentile99;
            this.requests = requests;
        }

        /** In milliseconds. */
        public double median() {
            return median;
        }

        /** In milliseconds. */
        public double percentile99() {
            return percentile99;
        }

        /** The number of requests that these figures are of. */
        public int requests() {
            return requests;
        }
    }

    /** Requests at the moment, and their limits. Immutable. */
    public static final class Load {
        private final int pending;
        private final int maxPending;
        private final int waiting;
        private final int maxWaiting;

        Load(int pending, int maxPending, int waiting, int maxWaiting) {
            this.pending = pending;
            this.maxPending = maxPending;
            this.waiting = waiting;
            this.maxWaiting = maxWaiting;
        }

        /** The number of requests that the backend is processing. */
        public int pending() {
            return pending;
        }

        public int maxPending() {
            return maxPending;
        }

        /** The number of requests that wait for the concurrency limit. */
        public int waiting() {
            return waiting;
        }

        public int maxWaiting() {
            return maxWaiting;
        }
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
