package org.smtpguard.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

/** What every backend keeps to, for one that waits for nobody on any thread: it has no work for the workers. */
public interface AsynchronousBackendContract extends CredentialBackendContract {
    /** No test of these: there is nothing to turn away, see {@link #answersHoweverBusyTheWorkersAre()}. */
    @Override
    default void isOverloadedWhenTheWorkersTurnItAway() {
    }

    @Test
    default void answersHoweverBusyTheWorkersAre() throws Exception {
        try (CredentialBackend backend = backend(TestWorkers.busy())) {
            CompletableFuture<Thread> answeredBy = backend.verify(Credentials.of(USER, Secret.of(PASSWORD))).toCompletableFuture()
                .thenApply(result -> {
                    assertThat(result).isEqualTo(CredentialResult.accepted(USER));
                    return Thread.currentThread();
                });

            // This thread, if the answer was there before it was awaited.
            assertThat(answeredBy.get(30, TimeUnit.SECONDS)).matches(thread -> thread.isDaemon() || thread == Thread.currentThread());
        }
    }

    @Test
    default void findsTheOtherSideInOrderWithoutLoggingAnybodyIn() throws Exception {
        try (CredentialBackend backend = backend(TestWorkers.busy())) {
            assertThat(backend.check().toCompletableFuture().get(30, TimeUnit.SECONDS)).isEmpty();
        }
    }
}
