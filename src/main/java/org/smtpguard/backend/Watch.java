package org.smtpguard.backend;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Looks at something once a second, from its beginning until it is closed.
 *
 * <p>Threads: a worker looks. The JDK's timer counts the second and hands the look over; if the workers have too much to do, it
 * is left to the next second.
 */
final class Watch implements AutoCloseable {
    private final Executor later;
    private final Runnable look;
    private volatile boolean closed;

    /** @param look must not throw */
    Watch(Executor workers, Runnable look) {
        this.later = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, task -> {
            try {
                workers.execute(task);
            } catch (RejectedExecutionException e) {
                begin();
            }
        });
        this.look = look;
    }

    void begin() {
        if (!closed) {
            later.execute(() -> {
                look.run();
                begin();
            });
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
