package org.smtpguard.james.event;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

import org.smtpguard.credential.ClientNetwork;

/**
 * Bounds the lines that clients can write into a log: in each minute so many for a client network, and so many for all together. What
 * exceeds that is counted, and told in one line for the minute.
 *
 * <p>Threads: thread-safe. Memory: one entry for each network that has lines in this minute, so at most {@link #TOTAL}.
 */
final class LineBudget {
    /** The length of a period. */
    static final Duration PERIOD = Duration.ofMinutes(1);
    static final int PER_NETWORK = 60;
    static final int TOTAL = 3000;

    private final LongSupplier nanoTime;
    private final Map<ClientNetwork, Integer> lines = new HashMap<>();
    private long begin;
    private int written;
    /** Of networks that had no line in this period. */
    private long others;

    LineBudget(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.begin = nanoTime.getAsLong();
    }

    /** Whether the client may write one more line in this period. */
    synchronized boolean admits(String client) {
        ClientNetwork network = ClientNetwork.of(Optional.of(client));
        if (written >= TOTAL && !lines.containsKey(network)) {
            others++;
            return false;
        }
        int wanted = lines.merge(network, 1, Integer::sum);
        if (wanted > PER_NETWORK || written >= TOTAL) {
            return false;
        }
        written++;
        return true;
    }

    /** Begins a new period if this one is over. @return what was left out, if anything */
    synchronized Optional<String> next() {
        if (nanoTime.getAsLong() - begin < PERIOD.toNanos()) {
            return Optional.empty();
        }
        return leftOut();
    }

    private Optional<String> leftOut() {
        long wanted = lines.values().stream().mapToLong(Integer::longValue).sum() + others;
        long more = wanted - written;
        Optional<String> text = Optional.of(more).filter(some -> some > 0).map(some -> {
            String most = lines.entrySet().stream().max(Map.Entry.comparingByValue(Comparator.naturalOrder()))
                .map(entry -> ", most from " + entry.getKey() + " (" + entry.getValue() + " in all)").orElse("");
            return some + " more within " + PERIOD.toSeconds() + " s" + most;
        });
        lines.clear();
        written = 0;
        others = 0;
        begin = nanoTime.getAsLong();
        return text;
    }
}
