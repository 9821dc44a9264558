package org.smtpguard.james.backends;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.credential.Workers;
import org.smtpguard.resilience.FairPool;

/**
 * The pools of all ports, and of each backend. All are bounded, threads and queue, share the places in the queue between client
 * networks, and turn away what does not fit; their threads are daemons that go when there is nothing to do, so that an idle or stopped
 * server keeps none.
 */
@Singleton
public final class GuardPools implements Workers {
    /** So many hashes may wait for each processor: with a hash of 40 ms that is 2.5 s. */
    private static final int HASHING_QUEUE = 64;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static final int BLOCKING_THREADS = 200;
    private static final int BLOCKING_QUEUE = 1000;

    private final WorkerPool hashing = new FairPool("smtp-guard-hashing-", PROCESSORS, PROCESSORS * HASHING_QUEUE);
    /** For what James is asked. A backend has a pool of its own: one that hangs must not take the threads of another. */
    private final WorkerPool blocking = new FairPool("smtp-guard-blocking-", BLOCKING_THREADS, BLOCKING_QUEUE);

    @Inject
    public GuardPools() {
    }

    @Override
    public WorkerPool hashing() {
        return hashing;
    }

    @Override
    public WorkerPool blocking() {
        return blocking;
    }

    /** The workers of one backend: the hashing pool of all, and pools for blocking calls that are its own. To be closed. */
    BackendWorkers workersOf(String backend, int threads, int queue) {
        return new BackendWorkers("smtp-guard-" + backend + "-", threads, Math.max(queue, threads), hashing);
    }
}
