package org.smtpguard.backend.file;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import org.smtpguard.credential.Origin;
import org.smtpguard.credential.WorkerPool;

/**
 * Runs a check once a second, from {@link #start()} until it is closed.
 *
 * <p>Threads: the check runs on a worker. The JDK's timer submits it; if the workers are overloaded, that check is skipped.
 */
final class FilePoller implements AutoCloseable {
    private final Executor timer;
    private final WorkerPool workers;
    private final Runnable check;
    private volatile boolean closed;

    FilePoller(WorkerPool workers, Runnable check) {
        this.timer = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, Runnable::run);
        this.workers = workers;
        this.check = check;
    }

    void start() {
        if (!closed) {
            timer.execute(() -> workers.submit(Origin.byHand(), () -> {
                check.run();
                return true;
            }).whenComplete((done, fault) -> start()));
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
