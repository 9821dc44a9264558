package org.smtpguard.resilience;

import static org.smtpguard.credential.BackendSettings.attribute;

import java.time.Duration;
import java.util.Optional;

import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.ConfigurationFault;

/** What the operator wants around a backend, from the elements that every {@code <backend>} may have. Immutable. */
public final class Safeguards {
    private static final int MOST = 200;
    private static final int MOST_LIMIT = 10_000;
    private static final int QUEUE = 1_000;
    private static final int QUEUE_LIMIT = 100_000;
    private static final int FAULTS = 5;
    private static final int FAULTS_LIMIT = 1_000;
    private static final Duration PROBE_EVERY = Duration.ofSeconds(10);
    private static final Duration ACCEPTED = Duration.ofMinutes(5);
    private static final Duration REFUSED = Duration.ofSeconds(30);
    private static final int ENTRIES = 10_000;
    private static final int ENTRIES_LIMIT = 10_000_000;

    private final Optional<Duration> timeout;
    private final int most;
    private final int queue;
    private final int faults;
    private final Duration probeEvery;
    private final Optional<Lifetimes> cache;

    private Safeguards(Optional<Duration> timeout, int most, int queue, int faults, Duration probeEvery, Optional<Lifetimes> cache) {
        this.timeout = timeout;
        this.most = most;
        this.queue = queue;
        this.faults = faults;
        this.probeEvery = probeEvery;
        this.cache = cache;
    }

    /** @throws ConfigurationFault naming the element and the mend */
    public static Safeguards of(BackendSettings settings) {
        for (String element : new String[] {"atOnce", "breaker", "cache"}) {
            settings.text(element).ifPresent(text -> {
                throw settings.fault("has text in <" + element + ">, which has attributes alone");
            });
        }
        return new Safeguards(
            settings.has(BackendSettings.TIMEOUT) ? Optional.of(settings.timeout(Duration.ZERO)) : Optional.empty(),
            settings.number(attribute("atOnce", "most"), 1, MOST_LIMIT, MOST),
            settings.number(attribute("atOnce", "queue"), 0, QUEUE_LIMIT, QUEUE),
            settings.number(attribute("breaker", "faults"), 0, FAULTS_LIMIT, FAULTS),
            settings.duration(attribute("breaker", "probeEvery"), PROBE_EVERY),
            settings.has("cache") ? Optional.of(Lifetimes.of(settings)) : Optional.empty());
    }

    /** How long an answer may take; where the operator says nothing the backend does. */
    Optional<Duration> timeout() {
        return timeout;
    }

    /** How many questions the backend has before it at once. */
    public int most() {
        return most;
    }

    /** How many more wait for their turn. */
    public int queue() {
        return queue;
    }

    /** After how many faults in a row the backend is not asked any more; 0 for never. */
    int faults() {
        return faults;
    }

    /** After how long it is tried then. */
    Duration probeEvery() {
        return probeEvery;
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

        /** How many verdicts are kept at the most. */
        int entries() {
            return entries;
        }
    }
}
