package org.smtpguard.james.event;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has what was logged written to its files after about a second, also if the appender is buffered ({@link ServerLog}).
 *
 * <p>Threads: thread-safe. The timer is that of {@link CompletableFuture}.
 */
public final class LogFlush {
    private static final long SECONDS = 1;

    private final AtomicBoolean isScheduled = new AtomicBoolean();

    /** Call after a line was logged. */
    public void soon() {
        if (isScheduled.compareAndSet(false, true)) {
            CompletableFuture.delayedExecutor(SECONDS, TimeUnit.SECONDS).execute(() -> {
                isScheduled.set(false);
                ServerLog.flush();
            });
        }
    }
}
