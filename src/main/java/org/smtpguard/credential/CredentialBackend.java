package org.smtpguard.credential;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Someone who can tell whether a user name and a password belong together. This is the SPI: an implementation has one
 * public constructor that takes {@link BackendSettings} and {@link Workers} (and {@link LocalUsers}, if it asks those), and stands
 * in {@code smtpserver.xml} as {@code <backend class="…" name="…">}.
 *
 * <p>Threads: {@link #verify} is called on a thread of the server that must not wait. It returns at once; blocking work
 * goes to {@link Workers#blocking()}, work that burns the CPU (password hashing) to {@link Workers#hashing()}; see {@link WorkerPool}.
 */
public interface CredentialBackend extends AutoCloseable {
    /** The name that the operator gave it; for logs and metrics. */
    String name();

    /**
     * Judges a claim, without blocking the caller. The stage may complete on any thread. A stage that fails, or an
     * exception, counts as {@link CredentialResult.Kind#UNAVAILABLE}; an exception's text must hold no secret.
     * An unknown user must cost the same time as a wrong password, and an empty password is never accepted.
     *
     * <p>When nobody waits for the answer any more (too late, client gone) the stage's future is cancelled; work that
     * has not begun by then had better be left undone.
     */
    CompletionStage<CredentialResult> verify(Credentials credentials);

    /**
     * How long an answer may take, above zero; who asks gives up then. What the backend does by itself should end by then, too. The time
     * that a request waits for a worker ({@link WorkerPool}) is not counted.
     */
    default Duration timeLimit() {
        return Duration.ofSeconds(10);
    }

    /**
     * Whether the other side can be reached and takes what the operator has configured, found out without asking for
     * anybody: empty if so, else what is wrong, in words for the operator and without a secret. Threads as for {@link #verify}.
     */
    default CompletionStage<Optional<String>> check() {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    /**
     * As much of a request's origin as the verdict may depend on: whatever is told to the other side. A cached verdict is used again only
     * where this is the same. The default is safe for any backend: all of it but the name of the session, which is for logs.
     */
    default Origin relevant(Origin origin) {
        return origin.withoutSession();
    }

    /** What is amiss although the backend answers, in words for the operator: a file that stands at its last good version. */
    default Optional<String> flaw() {
        return Optional.empty();
    }

    /**
     * What the operator has to correct in data that is their own, although the backend answers: it is also the {@link #flaw}, unless
     * that is something worse.
     */
    default Optional<String> mistake() {
        return Optional.empty();
    }

    /**
     * What the operator should look at although it may be meant so, in words for the operator and without a secret. As of the last
     * look; a few at most. It makes nothing degraded.
     */
    default List<String> notices() {
        return List.of();
    }

    /**
     * Has the listener run, on whatever thread, each time that answers given before may not hold any more. A backend that
     * cannot know never calls it. Called at most once, before the first question.
     */
    default void onChange(Runnable listener) {
    }

    /** Lets go of connections and threads of its own. Called once, when no port uses the backend any more. */
    @Override
    default void close() {
    }
}
