package org.smtpguard.credential;

import java.util.concurrent.CompletionStage;

/**
 * Someone who can tell whether a user name and a password belong together. This is the SPI: an implementation has one
 * public constructor that takes {@link BackendSettings} and {@link Workers}, and stands in {@code smtpserver.xml} as
 * {@code <backend class="…" name="…">}.
 *
 * <p>Threads: {@link #verify} is called on a thread of the server that must not wait. It returns at once; blocking work
 * goes to {@link Workers#blocking()}, work that burns the CPU (password hashing) to {@link Workers#hashing()}.
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

    /** Lets go of connections and threads of its own. Called once, when no port uses the backend any more. */
    @Override
    default void close() {
    }
}
