package org.smtpguard.james;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

import org.smtpguard.credential.Workers;

/** The workers of one backend. */
final class BackendWorkers implements Workers, AutoCloseable {
    private final Executor hashing;
    private final ExecutorService blocking;

    BackendWorkers(Executor hashing, ExecutorService blocking) {
        this.hashing = hashing;
        this.blocking = blocking;
    }

    @Override
    public Executor hashing() {
        return hashing;
    }

    @Override
    public Executor blocking() {
        return blocking;
    }

    /** What is being done is done to its end. */
    @Override
    public void close() {
        blocking.shutdown();
    }
}
