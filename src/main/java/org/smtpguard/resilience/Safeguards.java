package org.smtpguard.resilience;

import static org.smtpguard.credential.BackendSettings.attribute;

import java.time.Duration;
import java.util.Optional;

import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.InvalidConfigurationException;

/** What the operator wants around a backend, from the elements that every {@code <backend>} may have. Immutable. */
public final class Safeguards {
    private static final int CONCURRENCY = 200;
    private static final int CONCURRENCY_LIMIT = 10_000;
    private static final int QUEUE = 1_000;
    private static final int QUEUE_LIMIT = 100_000;
    private static final int FAILURES = 5;
    private static final int FAILURES_LIMIT = 1_000;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);
    private static final Duration ACCEPTED = Duration.ofMinutes(5);
    private static final Duration REFUSED = Duration.ofSeconds(30);
    private static final int ENTRIES = 10_000;
    private static final int ENTRIES_LIMIT = 10_000_000;

    private final Optional<Duration> timeout;
    private final int concurrency;
    private final int queue;
    private final int failures;
    private final Duration retryAfter;
    private final Optional<Lifetimes> cache;

    private Safeguards(Optional<Duration> timeout, int concurrency, int queue, int failures, Duration retryAfter,
        Optional<Lifetimes> cache) {
        this.timeout = timeout;
        this.concurrency = concurrency;
        this.queue = queue;
        this.failures = failures;
        this.retryAfter = retryAfter;
        this.cache = cache;
    }

    /** @throws InvalidConfigurationException naming the element and the fix */
    public static Safeguards of(BackendSettings settings) {
        for (String element : new String[] {"concurrency", "circuitBreaker", "cache"}) {
            settings.text(element).ifPresent(text -> {
                throw settings.fault("has text in <" + element + ">, which has attributes alone");
            });
        }
        return new Safeguards(
            settings.has(BackendSettings.TIMEOUT) ? Optional.of(settings.timeout(Duration.ZERO)) : Optional.empty(),
            settings.number(attribute("concurrency", "max"), 1, CONCURRENCY_LIMIT, CONCURRENCY),
            settings.number(attribute("concurrency", "queue"), 0, QUEUE_LIMIT, QUEUE),
            settings.number(attribute("circuitBreaker", "failures"), 0, FAILURES_LIMIT, FAILURES),
            settings.duration(attribute("circuitBreaker", "retryAfter"), RETRY_AFTER),
            settings.has("cache") ? Optional.of(Lifetimes.of(settings)) : Optional.empty());
    }

    /** How long an answer may take; where the operator says nothing the backend does. */
    Optional<Duration> timeout() {
        return timeout;
    }

    /** How many requests the backend may have concurrently. */
    public int concurrency() {
        return concurrency;
    }

    /** How many more may wait for their turn. */
    public int queue() {
        return queue;
    }

    /** After how many failures in a row the circuit opens; 0 for never. */
    int failures() {
        return failures;
    }

    /** After how long a request is let through then. */
    Duration retryAfter() {
        return retryAfter;
    }

    Optional<Lifetimes> cache() {
        return cache;
    }

    /** How long a cache keeps what. Immutable. */
    static final class Lifetimes {
        private final Duration accepted;
        private final Duration refused;
        private final Duration stale;
        private final int entries;

        private Lifetimes(Duration accepted, Duration refused, Duration stale, int entries) {
            this.accepted = accepted;
            this.refused = refused;
            this.stale = stale;
            this.entries = entries;
        }

        private static Lifetimes of(BackendSettings settings) {
            return new Lifetimes(timeOrNone(settings, "accepted", ACCEPTED), timeOrNone(settings, "refused", REFUSED),
                timeOrNone(settings, "stale", Duration.ZERO), settings.number(attribute("cache", "entries"), 1, ENTRIES_LIMIT, ENTRIES));
        }

        private static Duration timeOrNone(BackendSettings settings, String name, Duration byDefault) {
            String attribute = attribute("cache", name);
            return settings.text(attribute).filter("0"::equals).map(none -> Duration.ZERO)
                .orElseGet(() -> settings.duration(attribute, byDefault));
        }

        /** The life of "accepted"; zero if that is not kept. */
        Duration accepted() {
            return accepted;
        }

        /** The life of every "no"; zero if those are not kept. */
        Duration refused() {
            return refused;
        }

        /** How long after its life a verdict still counts while the backend cannot answer; zero if it does not. */
        Duration stale() {
            return stale;
        }

        /** How many verdicts are kept at the concurrency. */
        int entries() {
            return entries;
        }
    }
}
