package org.smtpguard.credential;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * A bounded thread pool with a fair queue. Waiting requests are served round robin over client networks; when the queue is full, a request
 * from a network with few places takes the last place of the network with the most.
 *
 * <p>Threads: any; no method blocks.
 */
public interface WorkerPool {
    /**
     * Executes a step towards an answer on a worker. Never throws. If the answer completes before a worker is free (client disconnected,
     * timeout), the step is skipped and its place in the queue freed immediately. If the step fails, so does the answer; if the queue is
     * full, or the step loses its place, the answer fails with an {@link OverloadException}.
     *
     * @param origin the origin of the request, {@link Origin#byHand()} for work that no client waits for; it is notified when the request
     *     is queued and started
     * @param step completes the answer, or submits the next step
     */
    void execute(Origin origin, CompletableFuture<?> answer, Work step);

    /** Calls on a worker; see {@link #execute}. Skipped if the future is cancelled before it begins. */
    default <T> CompletableFuture<T> submit(Origin origin, Callable<T> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        execute(origin, answer, () -> answer.complete(call.call()));
        return answer;
    }

    /** Verifies on a worker; like {@link #submit}, but a failure becomes {@link CredentialResult#unavailable(Throwable)}. */
    default CompletableFuture<CredentialResult> judge(Origin origin, Callable<CredentialResult> call) {
        return submit(origin, () -> {
            try {
                return call.call();
            } catch (Throwable failure) {
                // Also errors: a driver that is not on the class path must not leave a client without a reply.
                return CredentialResult.unavailable(failure);
            }
        });
    }

    /** Work that may fail. */
    interface Work {
        void take() throws Exception;
    }

    /** A pool that uses the queue of an executor: for tests, and for backends with threads of their own. */
    static WorkerPool on(Executor executor) {
        return (origin, answer, step) -> {
            origin.queued();
            try {
                executor.execute(() -> run(origin, answer, step));
            } catch (RejectedExecutionException e) {
                answer.completeExceptionally(new OverloadException());
            }
        };
    }

    /** Executes a step on the current thread, unless the answer is already complete. */
    static void run(Origin origin, CompletableFuture<?> answer, Work step) {
        if (answer.isDone()) {
            return;
        }
        origin.started();
        try {
            step.take();
        } catch (Throwable failure) {
            // Also errors: a driver that is not on the class path must not leave a client without a reply.
            answer.completeExceptionally(failure);
        }
    }
}
