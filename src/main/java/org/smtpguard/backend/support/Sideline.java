package org.smtpguard.backend.support;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

import org.smtpguard.credential.Origin;
import org.smtpguard.credential.OverloadException;
import org.smtpguard.credential.WorkerPool;

/**
 * Work that nobody waits for, on workers on whom others wait: at most so much of it at once, so that work that hangs leaves the
 * rest of them free. What has to wait its turn waits in a bounded queue; what does not fit is turned away.
 */
public final class Sideline implements Executor {
    private static final int QUEUE = 1000;

    private final WorkerPool workers;
    private final Semaphore places;
    private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>(QUEUE);

    /** @param atOnce above zero */
    public Sideline(WorkerPool workers, int atOnce) {
        this.workers = workers;
        this.places = new Semaphore(atOnce);
    }

    @Override
    public void execute(Runnable task) {
        if (!waiting.offer(task)) {
            throw new RejectedExecutionException();
        }
        if (places.tryAcquire()) {
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            AtomicBoolean turnedAway = new AtomicBoolean();
            workers.execute(Origin.byHand(), done, () -> {
                work();
                done.complete(true);
            });
            done.whenComplete((any, overload) -> {
                if (overload instanceof OverloadException) {
                    places.release();
                    // What is left in the queue is done with what comes next.
                    turnedAway.set(waiting.remove(task));
                }
            });
            if (turnedAway.get()) {
                throw new OverloadException();
            }
        }
    }

    private void work() {
        do {
            try {
                for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
                    task.run();
                }
            } finally {
                places.release();
            }
            // Looked at again: a task may have come after the look and before the place was free for it.
        } while (!waiting.isEmpty() && places.tryAcquire());
    }
}
