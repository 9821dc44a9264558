package org.smtpguard.it.storm;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** What has become of the AUTHs of all clients. Every AUTH ends in exactly one of its counts. Threadsafe. */
public final class Tally {
    private final long limit;
    private final AtomicLong begun = new AtomicLong();
    private final Map<String, LongAdder> answered = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> hungUp = new ConcurrentHashMap<>();
    private final LongAdder lost = new LongAdder();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();

    /** @param limit how many AUTHs there will be */
    public Tally(long limit) {
        this.limit = limit;
    }

    public boolean isOver() {
        return begun.get() >= limit;
    }

    public long auths() {
        return Math.min(begun.get(), limit);
    }

    /** By the code of the reply, if the client has heard it, whether it hung up behind it or not. */
    public Map<String, Long> answered() {
        return sums(answered);
    }

    /** By what the client did before it had heard an answer. */
    public Map<String, Long> hungUp() {
        return sums(hungUp);
    }

    /** Neither answered in time nor closed, or closed upon a client that stayed. */
    public long lost() {
        return lost.sum();
    }

    /** What was wrong, in words. */
    public Queue<String> faults() {
        return faults;
    }

    /** One AUTH more, unless there were enough. */
    boolean begin() {
        return begun.getAndIncrement() < limit;
    }

    void answered(String code) {
        answered.computeIfAbsent(code, key -> new LongAdder()).increment();
    }

    void hungUp(String how) {
        hungUp.computeIfAbsent(how, key -> new LongAdder()).increment();
    }

    void lose() {
        lost.increment();
    }

    void fault(String fault) {
        faults.add(fault);
    }

    private static Map<String, Long> sums(Map<String, LongAdder> counts) {
        return counts.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, count -> count.getValue().sum()));
    }
}
