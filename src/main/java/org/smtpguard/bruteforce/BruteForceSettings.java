package org.smtpguard.bruteforce;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** Limits on failed log-ins; the defaults are those of the configuration contract. Immutable. */
public final class BruteForceSettings {
    private static final int DEFAULT_ENTRIES = 1_000_000;
    private static final int EVENT_LIMIT = 200_000;

    private final Mode mode;
    private final NetworkLimit perNetwork;
    private final UserLimit perUser;
    private final NetworkPrefixes prefixes;
    private final Duration keepKnown;
    private final List<Network> exempt;
    private final int entries;
    private final Duration failureDelay;
    private final Store store;

    private BruteForceSettings(Mode mode, NetworkLimit perNetwork, UserLimit perUser, NetworkPrefixes prefixes, Duration keepKnown,
                               List<Network> exempt, int entries, Duration failureDelay, Store store) {
        this.mode = Objects.requireNonNull(mode, "mode");
        this.perNetwork = Objects.requireNonNull(perNetwork, "perNetwork");
        this.perUser = Objects.requireNonNull(perUser, "perUser");
        this.prefixes = Objects.requireNonNull(prefixes, "prefixes");
        this.keepKnown = Objects.requireNonNull(keepKnown, "keepKnown");
        this.exempt = List.copyOf(exempt);
        this.entries = entries;
        this.failureDelay = Objects.requireNonNull(failureDelay, "failureDelay");
        this.store = Objects.requireNonNull(store, "store");
    }

    /** 20 failures an hour from a network, 50 a day for a user, loopback exempt. */
    public static BruteForceSettings defaults() {
        return new BruteForceSettings(Mode.ENFORCE, NetworkLimit.DEFAULT, UserLimit.DEFAULT, new NetworkPrefixes(32, 64),
            Duration.ofDays(30), List.of(Network.parse("127.0.0.0/8").orElseThrow(), Network.parse("::1").orElseThrow()),
            DEFAULT_ENTRIES, Duration.ofSeconds(1), Store.LOCAL);
    }

    public BruteForceSettings with(Mode other) {
        return new BruteForceSettings(other, perNetwork, perUser, prefixes, keepKnown, exempt, entries, failureDelay, store);
    }

    public BruteForceSettings with(NetworkLimit limit, NetworkPrefixes networks) {
        return new BruteForceSettings(mode, limit, perUser, networks, keepKnown, exempt, entries, failureDelay, store);
    }

    public BruteForceSettings with(UserLimit limit) {
        return new BruteForceSettings(mode, perNetwork, limit, prefixes, keepKnown, exempt, entries, failureDelay, store);
    }

    /** @param keep how long a network stays known after the last log-in from it */
    public BruteForceSettings keepingKnown(Duration keep) {
        return new BruteForceSettings(mode, perNetwork, perUser, prefixes, keep, exempt, entries, failureDelay, store);
    }

    /** @param networks whose log-ins are not counted */
    public BruteForceSettings exempting(List<Network> networks) {
        return new BruteForceSettings(mode, perNetwork, perUser, prefixes, keepKnown, networks, entries, failureDelay, store);
    }

    /** @param number of networks and users that are counted at most */
    public BruteForceSettings bounded(int number) {
        return new BruteForceSettings(mode, perNetwork, perUser, prefixes, keepKnown, exempt, number, failureDelay, store);
    }

    /** @param most how long the reply to a failed log-in is delayed at most; zero: not at all */
    public BruteForceSettings delayingFailures(Duration most) {
        return new BruteForceSettings(mode, perNetwork, perUser, prefixes, keepKnown, exempt, entries, most, store);
    }

    public BruteForceSettings storedIn(Store other) {
        return new BruteForceSettings(mode, perNetwork, perUser, prefixes, keepKnown, exempt, entries, failureDelay, other);
    }

    public Mode mode() {
        return mode;
    }

    NetworkLimit perNetwork() {
        return perNetwork;
    }

    UserLimit perUser() {
        return perUser;
    }

    NetworkPrefixes prefixes() {
        return prefixes;
    }

    /** How long a network stays known after the last log-in from it. */
    public Duration keepKnown() {
        return keepKnown;
    }

    List<Network> exempt() {
        return exempt;
    }

    /** How many lines of each kind an {@link EventLog} needs to keep. */
    public int eventLimit() {
        return Math.min(entries, EVENT_LIMIT);
    }

    Duration failureDelay() {
        return failureDelay;
    }

    /** Where events are kept. */
    public Store store() {
        return store;
    }

    /** How long a failed log-in matters: until it is no longer counted, and the blocks that it led to are forgotten. */
    public Duration keepFailures() {
        return Collections.max(List.of(perNetwork.within, perNetwork.maxBlock, perUser.within));
    }

    int entries() {
        return entries;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof BruteForceSettings && values().equals(((BruteForceSettings) o).values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    private List<Object> values() {
        return List.of(mode, perNetwork.failures, perNetwork.within, perNetwork.block, perNetwork.maxBlock, perUser.failures,
            perUser.within, prefixes.ipv4(), prefixes.ipv6(), keepKnown, exempt, entries, failureDelay, store);
    }

    private static String limit(int failures, Duration within) {
        long seconds = within.toSeconds();
        String time = seconds % 86_400 == 0 ? seconds / 86_400 + " d" : seconds % 3_600 == 0 ? seconds / 3_600 + " h"
            : seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
        return failures + " failed log-ins within " + time;
    }

    /** What a limit that is passed leads to. */
    public enum Mode {
        /** Log-ins are refused. */
        ENFORCE,
        /** It is counted and logged what would have been refused. */
        OBSERVE,
        /** Nothing is counted. */
        OFF
    }

    /** Where an {@link EventLog} is kept. */
    public enum Store {
        /** In files of this server, which counts by itself. */
        LOCAL,
        /** In Redis, for the servers of a cluster, which count together. */
        REDIS
    }

    /** How many failed log-ins a network may have, and how long it is blocked after that. Immutable. */
    public static final class NetworkLimit {
        static final NetworkLimit DEFAULT = new NetworkLimit(20, Duration.ofHours(1), Duration.ofMinutes(5), Duration.ofHours(24));

        private final int failures;
        private final Duration within;
        private final Duration block;
        private final Duration maxBlock;

        /**
         * @param failures at least 1
         * @param within the time in which they are counted
         * @param block the first block; each further one lasts twice as long
         * @param maxBlock the longest block, and the time without a block after which the next is the first again
         */
        public NetworkLimit(int failures, Duration within, Duration block, Duration maxBlock) {
            this.failures = failures;
            this.within = within;
            this.block = block;
            this.maxBlock = maxBlock;
        }

        int failures() {
            return failures;
        }

        Duration within() {
            return within;
        }

        Duration block() {
            return block;
        }

        Duration maxBlock() {
            return maxBlock;
        }

        /** For the operator. */
        @Override
        public String toString() {
            return limit(failures, within);
        }
    }

    /** How many failed log-ins a user may have before other networks than the known ones are refused. Immutable. */
    public static final class UserLimit {
        static final UserLimit DEFAULT = new UserLimit(50, Duration.ofHours(24));

        private final int failures;
        private final Duration within;

        /** @param failures at least 1 */
        public UserLimit(int failures, Duration within) {
            this.failures = failures;
            this.within = within;
        }

        int failures() {
            return failures;
        }

        Duration within() {
            return within;
        }

        /** For the operator. */
        @Override
        public String toString() {
            return limit(failures, within);
        }
    }
}
