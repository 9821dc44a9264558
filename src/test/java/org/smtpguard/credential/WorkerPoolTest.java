package org.smtpguard.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.junit.jupiter.api.Test;
import org.smtpguard.credential.CredentialResult.Kind;

class WorkerPoolTest {
    private final List<Runnable> queue = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final WorkerPool pool = WorkerPool.on(queue::add);
    private final Origin origin = Origin.of("PLAIN", Optional.of("192.0.2.7"), Optional.of("session"), true)
        .reportingTo(new Origin.QueueListener() {
            @Override
            public void queued() {
                told.add("queued");
            }

            @Override
            public void started() {
                told.add("started");
            }
        });

    @Test
    void aCallIsMadeByAWorker() {
        CompletableFuture<String> answer = pool.submit(origin, () -> "done");
        assertThat(answer).isNotDone();
        assertThat(told).containsExactly("queued");

        work();

        assertThat(answer).isCompletedWithValue("done");
        assertThat(told).containsExactly("queued", "started");
    }

    @Test
    void aCallThatIsNotNeededAnyMoreIsSkipped() {
        CompletableFuture<Boolean> answer = pool.submit(origin, () -> told.add("called"));
        answer.cancel(false);

        work();

        assertThat(told).containsExactly("queued");
    }

    @Test
    void aFailureOfTheCallIsThatOfTheAnswer() {
        CompletableFuture<String> answer = pool.submit(origin, () -> {
            throw new IOException();
        });

        work();

        assertThatThrownBy(answer::join).isInstanceOf(CompletionException.class).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void aFailureOfAVerificationIsAnUnavailableBackend() {
        CompletableFuture<CredentialResult> accepted = pool.judge(origin, () -> CredentialResult.accepted("alice"));
        CompletableFuture<CredentialResult> failed = pool.judge(origin, () -> {
            throw new NoClassDefFoundError("driver");
        });

        work();

        assertThat(accepted).isCompletedWithValue(CredentialResult.accepted("alice"));
        assertThat(failed.join().kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void aFullQueueIsAnOverload() {
        CompletableFuture<String> answer = TestWorkers.busy().blocking().submit(origin, () -> "done");

        assertThatThrownBy(answer::join).hasCauseInstanceOf(OverloadException.class);
    }

    @Test
    void anAbandonedRequestDropsWhatHasNotBegunAndIsAwaited() {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        RequestFuture<String> request = RequestFuture.of(outcome, () -> told.add("abandoned"));

        assertThat(request.cancel(true)).isFalse();
        assertThat(request).isNotDone();
        assertThat(told).containsExactly("abandoned");
        outcome.complete("refused");

        assertThat(request).isCompletedWithValue("refused");
        assertThat(request.cancel(true)).isFalse();
        assertThat(told).as("nothing is left to abandon").hasSize(1);
    }

    @Test
    void aRequestWhoseWorkIsDroppedIsCancelled() {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        RequestFuture<String> request = RequestFuture.of(outcome, outcome);

        assertThat(request.cancel(false)).isTrue();
        assertThat(request).isCancelled();
    }

    @Test
    void aFailedRequestHasTheCauseOfItsOutcome() {
        RequestFuture<String> request = RequestFuture.of(
            CompletableFuture.<String>failedFuture(new IOException()).thenApply(any -> any), () -> { });
        RequestFuture<String> causeless = RequestFuture.of(
            CompletableFuture.failedFuture(new CompletionException("no cause", null)), () -> { });

        assertThatThrownBy(request::get).hasCauseInstanceOf(IOException.class);
        assertThatThrownBy(causeless::join).isInstanceOf(CompletionException.class).hasMessage("no cause");
    }

    @Test
    void anOriginSaysWhereARequestComesFrom() {
        assertThat(origin).hasToString("PLAIN from 192.0.2.7 under TLS");
        assertThat(origin.withoutSession().sessionId()).isEmpty();
        assertThat(origin.withoutSession().network()).isEqualTo(origin.network());
        assertThat(origin.sessionId()).hasValue("session");
        assertThat(origin.mechanism()).isEqualTo("PLAIN");
        assertThat(origin.remoteAddress()).hasValue("192.0.2.7");
        assertThat(origin.isUnderTls()).isTrue();
        assertThat(Origin.of("LOGIN", Optional.empty(), Optional.empty(), false)).hasToString("LOGIN");
        assertThat(Origin.of("LOGIN", Optional.empty(), Optional.empty(), false).isUnderTls()).isFalse();
        assertThat(Origin.byHand().network()).isEqualTo(ClientNetwork.NONE);
        assertThat(new FailedLogin("alice", origin, Optional.of("corp"), "wrong password"))
            .hasToString("PLAIN from 192.0.2.7 under TLS: wrong password by corp");
    }

    private void work() {
        List<Runnable> tasks = List.copyOf(queue);
        queue.clear();
        tasks.forEach(Runnable::run);
    }
}
