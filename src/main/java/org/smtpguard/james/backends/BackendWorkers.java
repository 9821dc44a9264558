package org.smtpguard.james.backends;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.smtpguard.credential.WorkerPool;
import org.smtpguard.credential.Workers;
import org.smtpguard.resilience.FairPool;

/** The workers of one backend: the hashing pool of all, and pools for blocking calls that are its own. */
final class BackendWorkers implements Workers, AutoCloseable {
    private final String name;
    private final int threads;
    private final int queue;
    private final WorkerPool hashing;
    private final FairPool blocking;
    private final List<FairPool> own = new CopyOnWriteArrayList<>();

    /**
     * @param name of the threads; a number follows
     * @param threads of each pool, at most
     * @param queue of each pool
     */
    BackendWorkers(String name, int threads, int queue, WorkerPool hashing) {
        this.name = name;
        this.threads = threads;
        this.queue = queue;
        this.hashing = hashing;
        this.blocking = pool(threads);
    }

    @Override
    public WorkerPool hashing() {
        return hashing;
    }

    @Override
    public WorkerPool blocking() {
        return blocking;
    }

    @Override
    public WorkerPool blocking(int max) {
        return pool(Math.min(max, threads));
    }

    /** Starts no thread yet. */
    private FairPool pool(int max) {
        FairPool pool = new FairPool(name, max, queue);
        own.add(pool);
        return pool;
    }

    /** What is being done is finished. */
    @Override
    public void close() {
        own.forEach(FairPool::close);
    }
}
