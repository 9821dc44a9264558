package org.smtpguard.resilience;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets at most so many in at once; so many more wait for their turn, first come, first served. Who is let in must not throw.
 *
 * <p>Threads: any. Whoever is let in at once runs on the thread that came with it, whoever had to wait on the thread of one who
 * leaves. The lock is held while places are counted and never while anybody runs.
 */
final class Turnstile {
    private final int most;
    private final int room;
    private final Set<Runnable> waiting = new LinkedHashSet<>();
    private final AtomicInteger left = new AtomicInteger();
    private int inside;

    /**
     * @param most how many are let in at once, above zero
     * @param room how many more may wait
     */
    Turnstile(int most, int room) {
        this.most = most;
        this.room = room;
    }

    /**
     * Lets it run now, or has it wait for its turn. It has to {@link #leave} once, and may do so long after it has run.
     *
     * @return false if there is no room left: it will not run
     */
    boolean enter(Runnable visitor) {
        synchronized (this) {
            if (inside == most || !waiting.isEmpty()) {
                return waiting.size() < room && waiting.add(visitor);
            }
            inside++;
        }
        visitor.run();
        return true;
    }

    /** Makes room for the next. */
    void leave() {
        synchronized (this) {
            inside--;
        }
        // Who is let in may leave at once and let the next in: in a loop, since a thousand calls within calls would not fit a stack.
        if (left.getAndIncrement() == 0) {
            do {
                next().ifPresent(Runnable::run);
            } while (left.decrementAndGet() > 0);
        }
    }

    private synchronized Optional<Runnable> next() {
        Iterator<Runnable> first = waiting.iterator();
        // The place may be gone: while nobody waited, somebody may have come and taken it.
        if (inside == most || !first.hasNext()) {
            return Optional.empty();
        }
        Runnable visitor = first.next();
        first.remove();
        inside++;
        return Optional.of(visitor);
    }

    /** Takes one that waits out of the queue; nothing happens if it does not wait any more. */
    synchronized void forget(Runnable visitor) {
        waiting.remove(visitor);
    }

    /** Takes out all that wait. */
    synchronized List<Runnable> forgetAll() {
        List<Runnable> all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }

    synchronized int inside() {
        return inside;
    }

    synchronized int waiting() {
        return waiting.size();
    }
}
