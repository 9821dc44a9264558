package org.smtpguard.james;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.smtpguard.credential.Workers;

/**
 * The pools of all ports, and of each backend. All are bounded, threads and queue, and refuse what does not fit; their threads are
 * daemons that go when there is nothing to do, so that an idle or stopped server keeps none.
 */
@Singleton
public final class GuardPools implements Workers {
    /** So many hashes may wait for each processor: with a hash of 40 ms that is 2.5 s, well below the limit of a backend. */
    private static final int HASHING_QUEUE = 64;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static final int BLOCKING_THREADS = 200;
    private static final int BLOCKING_QUEUE = 1000;
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final Executor hashing = pool("smtp-guard-hashing-", PROCESSORS, PROCESSORS * HASHING_QUEUE);
    /** For what James is asked. A backend has a pool of its own: one that hangs must not take the threads of another. */
    private final Executor blocking = pool("smtp-guard-blocking-", BLOCKING_THREADS, BLOCKING_QUEUE);

    @Inject
    public GuardPools() {
    }

    @Override
    public Executor hashing() {
        return hashing;
    }

    @Override
    public Executor blocking() {
        return blocking;
    }

    /** The workers of one backend: the hashing pool of all, and a pool for blocking calls that is its own. To be closed. */
    BackendWorkers workersOf(String backend, int threads, int queue) {
        return new BackendWorkers(hashing, pool("smtp-guard-" + backend + "-", threads, Math.max(queue, threads)));
    }

    private static ThreadPoolExecutor pool(String name, int threads, int queue) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(threads, threads, IDLE.toMillis(), TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(queue),
            task -> {
                Thread thread = new Thread(task, name + number.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
