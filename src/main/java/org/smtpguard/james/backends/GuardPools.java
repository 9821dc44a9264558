package org.smtpguard.james.backends;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.credential.Workers;
import org.smtpguard.resilience.FairPool;

/**
 * The thread pools of all ports and of each backend. Threads and queues are bounded, queue places are shared fairly between
 * client networks, and a task that does not fit is rejected. The threads are daemons that end when idle.
 */
@Singleton
public final class GuardPools implements Workers {
    /** Maximum number of queued hashes per processor: 2.5 s with a hash of 40 ms. */
    private static final int HASHING_QUEUE = 64;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static final int BLOCKING_THREADS = 200;
    private static final int BLOCKING_QUEUE = 1000;

    private final WorkerPool hashing = new FairPool("smtp-guard-hashing-", PROCESSORS, PROCESSORS * HASHING_QUEUE);
    /** For calls to James. Each backend has its own pool, so that one that hangs cannot occupy another's threads. */
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

    /** The workers of one backend: the shared hashing pool, and its own pools for blocking calls. Close them. */
    BackendWorkers workersOf(String backend, int threads, int queue) {
        return new BackendWorkers("smtp-guard-" + backend + "-", threads, Math.max(queue, threads), hashing);
    }
}
