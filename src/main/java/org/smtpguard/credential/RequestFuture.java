package org.smtpguard.credential;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * The outcome of a request that its caller may abandon. {@link #cancel} does not complete the future: work that has not begun is dropped,
 * but a query that was already sent is awaited, so that a refusal counts even if the client has disconnected.
 *
 * <p>Threads: any.
 */
public final class RequestFuture<T> extends CompletableFuture<T> {
    private final Runnable abandon;

    private RequestFuture(Runnable abandon) {
        this.abandon = abandon;
    }

    /**
     * @param outcome the result or failure of this future
     * @param abandon drops work that has not begun; called by each {@link #cancel}, on the caller's thread
     */
    public static <T> RequestFuture<T> of(CompletionStage<T> outcome, Runnable abandon) {
        RequestFuture<T> request = new RequestFuture<>(abandon);
        outcome.whenComplete((result, failure) -> {
            if (failure == null) {
                request.complete(result);
            } else {
                request.completeExceptionally(
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure);
            }
        });
        return request;
    }

    /** The outcome of a request that includes another one; both are abandoned together. */
    public static <T> RequestFuture<T> of(CompletionStage<T> outcome, CompletableFuture<?> part) {
        return of(outcome, () -> part.cancel(false));
    }

    /** @return whether the future is cancelled now */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (!isDone()) {
            abandon.run();
        }
        return isCancelled();
    }
}
