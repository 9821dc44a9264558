package org.smtpguard.resilience;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import org.smtpguard.credential.ClientNetwork;

/**
 * Limits the number of concurrent requests; further ones wait in a {@link FairQueue}.
 *
 * <p>Threads: any. A request that is admitted immediately runs on the caller's thread, one that had to wait on the thread of one that
 * leaves. The lock is never held while callbacks run.
 */
final class ConcurrencyLimiter {
    private final int max;
    private final FairQueue<Visitor> waiting;
    private final AtomicInteger left = new AtomicInteger();
    private int inside;

    /**
     * @param max the maximum number of concurrent requests, above zero
     * @param queue the maximum number of waiting requests
     */
    ConcurrencyLimiter(int max, int queue) {
        this.max = max;
        this.waiting = new FairQueue<>(queue);
    }

    /** A request. Exactly one of the methods is called, once, unless the request was removed. Neither may throw. */
    interface Visitor {
        /** It may run now, and must call {@link ConcurrencyLimiter#leave} once, possibly long after this method has returned. */
        void admitted();

        /** The queue is full, or it lost its place to another network. It will not run. */
        void displaced();
    }

    /** Admits a request, or queues it. */
    void enter(ClientNetwork network, Visitor visitor) {
        Optional<Visitor> displaced = Optional.empty();
        boolean admitted;
        synchronized (this) {
            admitted = inside < max && waiting.size() == 0;
            if (admitted) {
                inside++;
            } else {
                displaced = waiting.offer(network, visitor);
            }
        }
        if (admitted) {
            visitor.admitted();
        }
        displaced.ifPresent(Visitor::displaced);
    }

    /** Ends a request, and admits the next. */
    void leave() {
        synchronized (this) {
            inside--;
        }
        // An admitted request may leave immediately and admit the next: a loop, since recursion could overflow the stack.
        if (left.getAndIncrement() == 0) {
            do {
                next().ifPresent(Visitor::admitted);
            } while (left.decrementAndGet() > 0);
        }
    }

    private synchronized Optional<Visitor> next() {
        // Another request may have taken the place in the meantime.
        Optional<Visitor> next = inside < max ? waiting.poll() : Optional.empty();
        next.ifPresent(visitor -> inside++);
        return next;
    }

    /** Removes a waiting request from the queue, if it is still there. */
    synchronized void forget(Visitor visitor) {
        waiting.remove(visitor);
    }

    /** Removes all waiting requests. */
    synchronized List<Visitor> forgetAll() {
        return waiting.clear();
    }

    synchronized int inside() {
        return inside;
    }

    synchronized int waiting() {
        return waiting.size();
    }
}
