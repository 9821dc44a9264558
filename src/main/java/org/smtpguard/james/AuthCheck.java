package org.smtpguard.james;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.page.Answer;
import org.smtpguard.resilience.Safeguarded;

/**
 * Asks each backend for itself what it says of a claim.
 *
 * <p>Threads: all are asked at once, on the caller's thread, which then waits for the answers. It is one of WebAdmin's own, and
 * not of those that serve sessions. Each backend answers within its time limit, so that is how long it waits at the most.
 */
final class AuthCheck {
    /** For threads that are late. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private AuthCheck() {
    }

    static List<Answer> ask(List<Safeguarded> backends, Credentials credentials) {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (Safeguarded backend : backends) {
            answers.add(ask(backend, credentials));
        }
        Duration limit = backends.stream().map(Safeguarded::timeLimit).max(Duration::compareTo).orElse(Duration.ZERO).plus(GRACE);
        await(CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0])), limit);
        return IntStream.range(0, answers.size()).mapToObj(i -> answers.get(i).getNow(late(backends.get(i).name(), limit)))
            .collect(Collectors.toUnmodifiableList());
    }

    private static CompletableFuture<Answer> ask(Safeguarded backend, Credentials credentials) {
        long begin = System.nanoTime();
        return backend.verify(credentials).toCompletableFuture().thenApply(result ->
            new Answer(backend.name(), result.kind().name(), result.reason(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)));
    }

    private static Answer late(String backend, Duration limit) {
        return new Answer(backend, CredentialResult.Kind.UNAVAILABLE.name(), "no answer within " + limit.toMillis() + " ms",
            limit.toMillis());
    }

    private static void await(CompletableFuture<Void> all, Duration limit) {
        try {
            all.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // Those that are there are told, and of the others that they are not.
            return;
        }
    }
}
