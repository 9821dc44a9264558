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
 * A {@link WorkerPool} with threads of its own: daemons that end after 30 idle seconds, so that an idle or stopped server keeps none.
 *
 * <p>Threads: a task is handed to a thread only when one is free, so all that waits does so in the limiter's queue, from which requests
 * whose answer is complete are removed at once, on the thread that completes it.
 */
public final class FairPool implements WorkerPool, AutoCloseable {
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final ConcurrencyLimiter limiter;
    private final ThreadPoolExecutor threads;

    /**
     * @param name of the threads; a number follows
     * @param threads how many there are at most, above zero
     * @param queue how many tasks may wait
     */
    public FairPool(String name, int threads, int queue) {
        this.limiter = new ConcurrencyLimiter(threads, queue);
        AtomicInteger number = new AtomicInteger();
        // Its own queue holds a task only for the moment in which the thread that left the limiter takes it.
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
        // Removed at once where the answer is complete already. One that runs is not touched.
        answer.whenComplete((any, fault) -> limiter.forget(task));
    }

    /** How many tasks wait for a thread. */
    public int waiting() {
        return limiter.waiting();
    }

    /** What runs is finished; what waits, or comes later, is turned away. */
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
