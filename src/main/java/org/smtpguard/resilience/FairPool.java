package org.smtpguard.resilience;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.smtpguard.credential.Origin;
import org.smtpguard.credential.OverloadException;
import org.smtpguard.credential.WorkerPool;

/**
 * A {@link WorkerPool} with its own daemon threads, which end after 30 idle seconds.
 *
 * <p>Threads: a task is passed to a thread only when one is free, so all waiting tasks are in the limiter's queue. A task is removed from
 * it as soon as its answer completes, on the thread that completes it.
 */
public final class FairPool implements WorkerPool, AutoCloseable {
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final ConcurrencyLimiter limiter;
    private final ThreadPoolExecutor threads;

    /**
     * @param name the name of the threads; a number is appended
     * @param threads the maximum number of threads, above zero
     * @param queue the maximum number of waiting tasks
     */
    public FairPool(String name, int threads, int queue) {
        this.limiter = new ConcurrencyLimiter(threads, queue);
        AtomicInteger number = new AtomicInteger();
        // This queue contains a task only until the thread that left the limiter takes it.
        this.threads = new ThreadPoolExecutor(threads, threads, IDLE.toMillis(), TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(),
            task -> {
                Thread thread = new Thread(task, name + number.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
        this.threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Origin origin, CompletableFuture<?> answer, Work step) {
        Task task = new Task(() -> WorkerPool.run(origin, answer, step), () -> answer.completeExceptionally(new OverloadException()));
        origin.queued();
        limiter.enter(origin.network(), task);
        // Removed immediately if the answer is already complete. A running task is not affected.
        answer.whenComplete((any, failure) -> limiter.forget(task));
    }

    /** The number of tasks that wait for a thread. */
    public int waiting() {
        return limiter.waiting();
    }

    /** Finishes running tasks; waiting and later ones fail with an {@link OverloadException}. */
    @Override
    public void close() {
        threads.shutdown();
        limiter.forgetAll().forEach(ConcurrencyLimiter.Visitor::displaced);
    }

    private final class Task implements ConcurrencyLimiter.Visitor, Runnable {
        private final Runnable work;
        private final Runnable turnAway;

        Task(Runnable work, Runnable turnAway) {
            this.work = work;
            this.turnAway = turnAway;
        }

        @Override
        public void admitted() {
            try {
                threads.execute(this);
            } catch (RejectedExecutionException closed) {
                limiter.leave();
                turnAway.run();
            }
        }

        @Override
        public void displaced() {
            turnAway.run();
        }

        @Override
        public void run() {
            try {
                work.run();
            } finally {
                limiter.leave();
            }
        }
    }
}
