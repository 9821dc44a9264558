package org.smtpguard.credential;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

/** Workers whose doings a test can see. */
public final class TestWorkers {
    private TestWorkers() {
    }

    /** Both pools are this executor. */
    public static Workers on(Executor executor) {
        return new Workers() {
            @Override
            public Executor hashing() {
                return executor;
            }

            @Override
            public Executor blocking() {
                return executor;
            }
        };
    }

    /** Work is done on the spot: for tests that are not about threads. */
    public static Workers direct() {
        return on(Runnable::run);
    }

    /** Every queue is full. */
    public static Workers busy() {
        return on(task -> {
            throw new RejectedExecutionException();
        });
    }

    /** Work waits until the test has it done. */
    public static final class Held implements Executor {
        private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        /** Does all that is waiting, on the threads of that pool. */
        public void release(ExecutorService pool) {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                pool.execute(task);
            }
        }
    }
}
