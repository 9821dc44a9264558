package org.smtpguard.james.webadmin;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.Credentials;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.page.Answer;
import org.smtpguard.resilience.Safeguarded;

/**
 * Checks credentials with each backend separately. A check that all backends refuse is logged and counted as a failed log-in.
 * To prevent guessing of passwords, only {@value #BURST} checks can fail in a row, then one per minute, for all requesters
 * together.
 *
 * <p>Threads: the caller's thread, one of WebAdmin's own, queries all backends concurrently and waits for the results. Each
 * backend answers within its limit ({@link Safeguarded#answerLimit}), which bounds the wait.
 */
public final class AuthCheck {
    private static final int BURST = 20;
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    /** Allowance for the scheduling of threads. */
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final int TOO_MANY_REQUESTS = 429;

    private final Logbook logbook;
    private final FailureBudget failures;

    public AuthCheck(Logbook logbook, Clock clock) {
        this.logbook = logbook;
        this.failures = new FailureBudget(BURST, INTERVAL, clock);
    }

    /** @param client the address of the requester */
    public List<Answer> check(List<Safeguarded> backends, Credentials credentials, String client) {
        if (!failures.take()) {
            throw new BadRequestException(TOO_MANY_REQUESTS, "Too many log-in checks have failed; one more is possible each minute.");
        }
        List<BackendResult> answers = answers(backends, credentials);
        Optional<BackendResult> failure = failure(answers);
        if (failure.isPresent()) {
            logbook.checkFailed(client, credentials.username(), failure.get().backend, failure.get().result);
        } else {
            failures.release();
        }
        return answers.stream().map(BackendResult::answer).collect(Collectors.toUnmodifiableList());
    }

    /** The most specific refusal; empty if a backend has accepted, or none has decided. */
    private static Optional<BackendResult> failure(List<BackendResult> answers) {
        if (answers.stream().anyMatch(answer -> answer.result.kind() == Kind.ACCEPTED)) {
            return Optional.empty();
        }
        return answers.stream().filter(answer -> answer.result.kind().isRefusal())
            .min(Comparator.comparing(answer -> answer.result.kind() == Kind.UNKNOWN));
    }

    private static List<BackendResult> answers(List<Safeguarded> backends, Credentials credentials) {
        List<CompletableFuture<BackendResult>> answers = new ArrayList<>();
        for (Safeguarded backend : backends) {
            answers.add(verify(backend, credentials));
        }
        Duration limit = backends.stream().map(Safeguarded::answerLimit).max(Duration::compareTo).orElse(Duration.ZERO).plus(GRACE);
        await(CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0])), limit);
        return IntStream.range(0, answers.size()).mapToObj(i -> answers.get(i).getNow(late(backends.get(i).name(), limit)))
            .collect(Collectors.toUnmodifiableList());
    }

    private static CompletableFuture<BackendResult> verify(Safeguarded backend, Credentials credentials) {
        long begin = System.nanoTime();
        return backend.verify(credentials).toCompletableFuture().thenApply(result ->
            new BackendResult(backend.name(), result, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)));
    }

    private static BackendResult late(String backend, Duration limit) {
        return new BackendResult(backend, CredentialResult.unavailable("no answer within " + limit.toMillis() + " ms"), limit.toMillis());
    }

    private static void await(CompletableFuture<Void> all, Duration limit) {
        try {
            all.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // Results that are available are returned, the others as late.
            return;
        }
    }

    /** A backend and its result. */
    private static final class BackendResult {
        private final String backend;
        private final CredentialResult result;
        private final long millis;

        private BackendResult(String backend, CredentialResult result, long millis) {
            this.backend = backend;
            this.result = result;
            this.millis = millis;
        }

        private Answer answer() {
            return new Answer(backend, result.kind().name(), result.reason(), millis);
        }
    }
}
