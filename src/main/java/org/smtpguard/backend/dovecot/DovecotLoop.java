package org.smtpguard.backend.dovecot;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.netty.channel.EventLoopGroup;

/**
 * The one thread on which a backend communicates with Dovecot: a daemon that starts with the first request and ends with
 * {@link #close()}. Thread-safe.
 */
final class DovecotLoop implements AutoCloseable {
    private static final long SECONDS_TO_END = 1;

    private final EventLoopGroup thread;
    private final Duration limit;

    /**
     * @param thread a group of one thread
     * @param limit maximum time for each request, including the time to connect
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
     * Runs a request on the thread.
     *
     * @param request receives the future that it has to complete
     * @return the answer; fails with a {@link DovecotException} after the time limit. If it is cancelled before the request has
     *     run, the request is not run
     */
    <T> CompletableFuture<T> submit(Consumer<CompletableFuture<T>> request) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            thread.execute(() -> {
                if (answer.isDone()) {
                    return;
                }
                onTimeout(limit, answer, () -> answer.completeExceptionally(
                    new DovecotException("no answer within " + limit.toMillis() + " ms")));
                request.accept(answer);
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new DovecotException("the backend is closed"));
        }
        return answer;
    }

    /** Runs a task after the given time, unless the answer is complete by then. */
    void onTimeout(Duration time, CompletableFuture<?> answer, Runnable task) {
        Runnable unlessAnswered = () -> {
            if (!answer.isDone()) {
                task.run();
            }
        };
        ScheduledFuture<?> timer = thread.schedule(unlessAnswered, time.toNanos(), TimeUnit.NANOSECONDS);
        answer.whenComplete((any, fault) -> timer.cancel(false));
    }

    /** Returns immediately; open requests fail. */
    @Override
    public void close() {
        thread.shutdownGracefully(0, SECONDS_TO_END, TimeUnit.SECONDS);
    }
}
