package org.smtpguard.backend.dovecot;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.netty.channel.EventLoopGroup;

/**
 * The one thread on which a backend speaks with Dovecot. It is a daemon, begins with the first question and ends with
 * {@link #close()}; every method may be called from any thread.
 */
final class DovecotLoop implements AutoCloseable {
    private static final long SECONDS_TO_END = 1;

    private final EventLoopGroup thread;
    private final Duration limit;

    /**
     * @param thread a group of one
     * @param limit how long each question may take, with the wait for a connection
     */
    DovecotLoop(EventLoopGroup thread, Duration limit) {
        this.thread = thread;
        this.limit = limit;
    }

    EventLoopGroup thread() {
        return thread;
    }

    Duration limit() {
        return limit;
    }

    /**
     * Has a question put on the thread.
     *
     * @param question gets what it has to complete
     * @return the answer; it fails with a {@link DovecotException} when it is late. Cancelled, a question that has not been put is not
     */
    <T> CompletableFuture<T> ask(Consumer<CompletableFuture<T>> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            thread.execute(() -> {
                if (answer.isDone()) {
                    return;
                }
                after(limit, answer, () -> answer.completeExceptionally(
                    new DovecotException("no answer within " + limit.toMillis() + " ms")));
                question.accept(answer);
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new DovecotException("it is not used any more"));
        }
        return answer;
    }

    /** Does that after a time, unless there is an answer by then. */
    void after(Duration time, CompletableFuture<?> answer, Runnable task) {
        Runnable unlessAnswered = () -> {
            if (!answer.isDone()) {
                task.run();
            }
        };
        ScheduledFuture<?> timer = thread.schedule(unlessAnswered, time.toNanos(), TimeUnit.NANOSECONDS);
        answer.whenComplete((any, fault) -> timer.cancel(false));
    }

    /** Returns at once; what is open fails. */
    @Override
    public void close() {
        thread.shutdownGracefully(0, SECONDS_TO_END, TimeUnit.SECONDS);
    }
}
