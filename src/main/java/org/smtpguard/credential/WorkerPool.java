package org.smtpguard.credential;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * A bounded pool of threads. Places in its queue are shared between client networks: waiting requests are served round robin over the
 * networks, and when the queue is full, a request from a network with few places takes the last place of the network that has most.
 *
 * <p>Threads: any thread may call; none waits.
 */
public interface WorkerPool {
    /**
     * Has a worker take a step towards an answer. Never throws. If the answer is complete before a worker is free (the client has gone,
     * or waited too long), the step is not taken, and its place in the queue is free at once. A step that fails fails the answer; one
     * that the queue has no place for, or that loses its place, fails it with an {@link OverloadException}.
     *
     * @param origin whose request it is, {@link Origin#byHand()} for work that no client waits for; it is told when the request begins
     *     to wait and when it is taken up
     * @param step completes the answer, or has another worker take the next step
     */
    void execute(Origin origin, CompletableFuture<?> answer, Work step);

    /** Has a worker answer; see {@link #execute}. What has not begun when the future is cancelled is left undone. */
    default <T> CompletableFuture<T> submit(Origin origin, Callable<T> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        execute(origin, answer, () -> answer.complete(call.call()));
        return answer;
    }

    /** Has a worker judge; as {@link #submit}, but what fails is {@link CredentialResult#unavailable(Throwable)}. */
    default CompletableFuture<CredentialResult> judge(Origin origin, Callable<CredentialResult> call) {
        return submit(origin, () -> {
            try {
                return call.call();
            } catch (Throwable fault) {
                // Errors too: a driver that is not on the class path must not leave a client without an answer.
                return CredentialResult.unavailable(fault);
            }
        });
    }

    /** Work that may fail. */
    interface Work {
        void take() throws Exception;
    }

    /** A pool that leaves queueing to an executor: for tests, and for backends with threads of their own. */
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

    /** Takes a step on this thread, unless nobody waits for the answer any more. */
    static void run(Origin origin, CompletableFuture<?> answer, Work step) {
        if (answer.isDone()) {
            return;
        }
        origin.started();
        try {
            step.take();
        } catch (Throwable fault) {
            // Errors too: a driver that is not on the class path must not leave a client without an answer.
            answer.completeExceptionally(fault);
        }
    }
}
