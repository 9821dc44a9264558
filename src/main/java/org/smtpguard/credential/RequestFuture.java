package org.smtpguard.credential;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * The outcome of a request that its caller may abandon. {@link #cancel} asks for that, and does not by itself end this future: what has
 * not begun is dropped, and what a backend has already been asked is answered nevertheless, so that a definite "no" is counted although
 * the client has gone.
 *
 * <p>Threads: any.
 */
public final class RequestFuture<T> extends CompletableFuture<T> {
    private final Runnable abandon;

    private RequestFuture(Runnable abandon) {
        this.abandon = abandon;
    }

    /**
     * @param outcome completes the future, in the same way
     * @param abandon drops whatever has not begun; called at each {@link #cancel}, on the thread that cancels
     */
    public static <T> RequestFuture<T> of(CompletionStage<T> outcome, Runnable abandon) {
        RequestFuture<T> request = new RequestFuture<>(abandon);
        outcome.whenComplete((result, fault) -> {
            if (fault == null) {
                request.complete(result);
            } else {
                request.completeExceptionally(fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault);
            }
        });
        return request;
    }

    /** The outcome of a request that another one is part of: to abandon the one is to abandon the other. */
    public static <T> RequestFuture<T> of(CompletionStage<T> outcome, CompletableFuture<?> part) {
        return of(outcome, () -> part.cancel(false));
    }

    /** @return whether the request has ended by this, or had been cancelled before */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (!isDone()) {
            abandon.run();
        }
        return isCancelled();
    }
}
