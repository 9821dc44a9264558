package org.smtpguard.james.event;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes events that clients cause: at one level while they are few ({@link LineBudget}), and at a lower one what exceeds that, with one
 * line a minute that tells how many. The file has each line after about a second, also if the appender is buffered
 * ({@link LogFlush}).
 *
 * <p>Threads: thread-safe. The timer is that of {@link CompletableFuture}.
 */
final class EventLogger {
    private final Logger logger;
    private final Level few;
    private final Level many;
    private final LineBudget budget = new LineBudget(System::nanoTime);
    private final LogFlush flush = new LogFlush();
    private final AtomicBoolean isEndScheduled = new AtomicBoolean();

    /**
     * @param few the level of most lines
     * @param many the level of lines that exceed the budget
     */
    EventLogger(String name, Level few, Level many) {
        this.logger = LoggerFactory.getLogger(name);
        this.few = few;
        this.many = many;
    }

    /** An event that is rare, whatever clients do. */
    void log(String format, Object... arguments) {
        logger.atLevel(few).log(format, arguments);
        flush.soon();
    }

    /** An event that the client at that address has caused. */
    void logFor(String client, String format, Object... arguments) {
        if (!logger.isEnabledForLevel(few)) {
            return;
        }
        endPeriod();
        if (budget.admits(client)) {
            logger.atLevel(few).log(format, arguments);
        } else {
            logger.atLevel(many).log(format, arguments);
            scheduleEnd();
        }
        flush.soon();
    }

    private void endPeriod() {
        budget.next().filter(text -> !logger.isEnabledForLevel(many)).ifPresent(text -> {
            logger.atLevel(few).log("{}; set the level of this logger to {} to log each", text, many);
            flush.soon();
        });
    }

    private void scheduleEnd() {
        if (isEndScheduled.compareAndSet(false, true)) {
            Executor later = CompletableFuture.delayedExecutor(LineBudget.PERIOD.toSeconds(), TimeUnit.SECONDS);
            later.execute(() -> {
                isEndScheduled.set(false);
                endPeriod();
            });
        }
    }
}
