package org.smtpguard.credential;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

/** Workers whose doings a test can see. */
public final class TestWorkers {
    private TestWorkers() {
    }

    /** Both pools are this executor. */
    public static Workers on(Executor executor) {
        WorkerPool pool = WorkerPool.on(executor);
        return new Workers() {
            @Override
            public WorkerPool hashing() {
                return pool;
            }

            @Override
            public WorkerPool blocking() {
                return pool;
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

    /** Work waits until the test has it done; what comes later, as a further step of it, is done like that. */
    public static final class Held implements Executor {
        private final List<Runnable> tasks = new ArrayList<>();
        private Optional<Executor> released = Optional.empty();

        @Override
        public synchronized void execute(Runnable task) {
            released.ifPresentOrElse(pool -> pool.execute(task), () -> tasks.add(task));
        }

        /** Does all that is waiting, on the threads of that pool. */
        public synchronized void release(ExecutorService pool) {
            released = Optional.of(pool);
            tasks.forEach(pool::execute);
            tasks.clear();
        }
    }
}
