package org.smtpguard.resilience;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import org.smtpguard.credential.ClientNetwork;

/**
 * Lets a number of requests run concurrently; a number of others wait for their turn in a {@link FairQueue}.
 *
 * <p>Threads: any. A request that is let in at once runs on the thread that came with it, one that had to wait on the thread of one that
 * leaves. The lock is held while places are counted and never while other code runs.
 */
final class ConcurrencyLimiter {
    private final int max;
    private final FairQueue<Visitor> waiting;
    private final AtomicInteger left = new AtomicInteger();
    private int inside;

    /**
     * @param max how many run concurrently, above zero
     * @param queue how many more may wait
     */
    ConcurrencyLimiter(int max, int queue) {
        this.max = max;
        this.waiting = new FairQueue<>(queue);
    }

    /** A request. One of the methods is called, once, unless the request was forgotten; neither may throw. */
    interface Visitor {
        /** It may run now, and has to {@link ConcurrencyLimiter#leave} once, which may be long after this method has returned. */
        void admitted();

        /** There is no place for it, or it lost its place to another network. It will not run. */
        void displaced();
    }

    /** Lets a request run now, or has it wait for its turn. */
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

    /** Makes room for the next. */
    void leave() {
        synchronized (this) {
            inside--;
        }
        // One that is let in may leave at once and let the next in: in a loop, since a thousand calls within calls would not fit a stack.
        if (left.getAndIncrement() == 0) {
            do {
                next().ifPresent(Visitor::admitted);
            } while (left.decrementAndGet() > 0);
        }
    }

    private synchronized Optional<Visitor> next() {
        // The place may be gone: while none waited, a newcomer may have taken it.
        Optional<Visitor> next = inside < max ? waiting.poll() : Optional.empty();
        next.ifPresent(visitor -> inside++);
        return next;
    }

    /** Takes a waiting request out of the queue; nothing happens if it does not wait any more. */
    synchronized void forget(Visitor visitor) {
        waiting.remove(visitor);
    }

    /** Takes out all that wait. */
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
