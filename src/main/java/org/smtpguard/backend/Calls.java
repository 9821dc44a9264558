package org.smtpguard.backend;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import org.smtpguard.credential.CredentialResult;

/** Questions to somebody who has to be waited for, put to a worker. */
final class Calls {
    private Calls() {
    }

    /**
     * Has a worker answer. What has not begun when the future is cancelled is left undone; a call that fails, or that the
     * workers turn away, is {@link CredentialResult.Kind#UNAVAILABLE}.
     */
    static CompletableFuture<CredentialResult> on(Executor workers, Callable<CredentialResult> call) {
        CompletableFuture<CredentialResult> answer = new CompletableFuture<>();
        try {
            workers.execute(() -> {
                if (!answer.isDone()) {
                    answer.complete(result(call));
                }
            });
        } catch (RejectedExecutionException e) {
            answer.complete(CredentialResult.notAsked("too many wait for an answer"));
        }
        return answer;
    }

    private static CredentialResult result(Callable<CredentialResult> call) {
        try {
            return call.call();
        } catch (Throwable fault) {
            // Errors too: a driver that is not on the class path must not leave a client without an answer.
            return CredentialResult.unavailable(fault);
        }
    }
}
