package org.smtpguard.backend.file;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import org.smtpguard.credential.Origin;
import org.smtpguard.credential.WorkerPool;

/**
 * Looks at something once a second, from its beginning until it is closed.
 *
 * <p>Threads: a worker looks. The JDK's timer counts the second and hands the look over; if the workers have too much to do, it
 * is left to the next second.
 */
final class FilePoller implements AutoCloseable {
    private final Executor later;
    private final WorkerPool workers;
    private final Runnable look;
    private volatile boolean closed;

    FilePoller(WorkerPool workers, Runnable look) {
        this.later = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, Runnable::run);
        this.workers = workers;
        this.look = look;
    }

    void begin() {
        if (!closed) {
            later.execute(() -> workers.submit(Origin.byHand(), () -> {
                look.run();
                return true;
            }).whenComplete((done, fault) -> begin()));
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
