package org.smtpguard.james.backends;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.smtpguard.credential.WorkerPool;
import org.smtpguard.credential.Workers;
import org.smtpguard.resilience.FairPool;

/** The workers of one backend: the shared hashing pool, and its own pools for blocking calls. */
final class BackendWorkers implements Workers, AutoCloseable {
    private final String name;
    private final int threads;
    private final int queue;
    private final WorkerPool hashing;
    private final FairPool blocking;
    private final List<FairPool> own = new CopyOnWriteArrayList<>();

    /**
     * @param name prefix of the threads' names
     * @param threads maximum number of threads of each pool
     * @param queue maximum queue length of each pool
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

    /** Threads start with the first task. */
    private FairPool pool(int max) {
        FairPool pool = new FairPool(name, max, queue);
        own.add(pool);
        return pool;
    }

    /** Running tasks are completed. */
    @Override
    public void close() {
        own.forEach(FairPool::close);
    }
}
