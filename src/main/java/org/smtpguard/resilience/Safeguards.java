package org.smtpguard.resilience;

import static org.smtpguard.credential.BackendSettings.attribute;

import java.time.Duration;
import java.util.Optional;

import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.InvalidConfigurationException;

/** The settings of a backend's safeguards, from the elements that every {@code <backend>} may have. Immutable. */
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
                throw settings.fault("has text in <" + element + ">, which has only attributes");
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

    /** The maximum time for an answer; empty for the default of the backend. */
    Optional<Duration> timeout() {
        return timeout;
    }

    /** The maximum number of concurrent requests. */
    public int concurrency() {
        return concurrency;
    }

    /** The maximum number of waiting requests. */
    public int queue() {
        return queue;
    }

    /** The number of failures in a row that opens the circuit; 0 for never. */
    int failures() {
        return failures;
    }

    /** How long the circuit is open before a trial request is admitted. */
    Duration retryAfter() {
        return retryAfter;
    }

    Optional<Lifetimes> cache() {
        return cache;
    }

    /** The settings of the cache. Immutable. */
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

        /** How long acceptances are valid; zero if they are not cached. */
        Duration accepted() {
            return accepted;
        }

        /** How long refusals are valid; zero if they are not cached. */
        Duration refused() {
            return refused;
        }

        /** How long an expired verdict is still used while the backend is unavailable; zero for never. */
        Duration stale() {
            return stale;
        }

        /** The maximum number of entries. */
        int entries() {
            return entries;
        }
    }
}
