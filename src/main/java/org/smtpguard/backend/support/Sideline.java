package org.smtpguard.backend.support;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

import org.smtpguard.credential.Origin;
import org.smtpguard.credential.OverloadException;
import org.smtpguard.credential.WorkerPool;

/**
 * Runs background work on a pool that clients wait for, with limited concurrency, so that background work that hangs cannot
 * occupy the whole pool. Further tasks wait in a bounded queue; a task that does not fit is refused.
 */
public final class Sideline implements Background {
    private static final int QUEUE = 1000;

    private final WorkerPool workers;
    private final Semaphore places;
    private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>(QUEUE);

    /** @param concurrency maximum number of workers used, at least 1 */
    public Sideline(WorkerPool workers, int concurrency) {
        this.workers = workers;
        this.places = new Semaphore(concurrency);
    }

    @Override
    public boolean offer(Runnable task) {
        if (!waiting.offer(task)) {
            return false;
        }
        if (places.tryAcquire()) {
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            AtomicBoolean rejected = new AtomicBoolean();
            workers.execute(Origin.byHand(), done, () -> {
                work();
                done.complete(true);
            });
            done.whenComplete((any, overload) -> {
                if (overload instanceof OverloadException) {
                    places.release();
                    // Tasks left in the queue are run with the next one.
                    rejected.set(waiting.remove(task));
                }
            });
            return !rejected.get();
        }
        return true;
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
            // Check again: a task may have been queued after the last poll and before the permit was released.
        } while (!waiting.isEmpty() && places.tryAcquire());
    }
}
