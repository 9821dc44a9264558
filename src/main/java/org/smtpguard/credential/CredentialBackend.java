package org.smtpguard.credential;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
     * Whether users may have SCRAM keys here ({@link #lookup}). A mechanism that never sees the password needs them. Constant.
     */
    default boolean hasKeys() {
        return false;
    }

    /**
     * Looks up a user's SCRAM keys, without blocking the caller. Threads and failures as for {@link #verify}.
     *
     * @param username normalised as James normalises user names
     * @param scheme the name of the mechanism that the keys were made for, without {@code -PLUS}: {@code SCRAM-SHA-256}
     * @param origin where the client is
     */
    default CompletionStage<KeyResult> lookup(String username, String scheme, Origin origin) {
        return CompletableFuture.completedFuture(KeyResult.unknown());
    }

    /**
     * How the keys of a scheme look that are stored here. Called on a thread that must not wait, also by EHLO: returns what was found out
     * before. It must follow the users and never the look-ups, which are an attacker's to make.
     *
     * @param scheme as for {@link #lookup}
     */
    default KeyCensus census(String scheme) {
        return hasKeys() ? KeyCensus.uncounted() : KeyCensus.counted(Map.of());
    }

    /**
     * The part of a user name by which keys are looked up: two names that give the same user always have the same. An unknown user's
     * salt is made of it.
     */
    default String identity(String username) {
        return username;
    }

    /**
     * The mechanisms that the operator has another server play by way of this backend ({@link #relay}), by their registered names
     * (RFC 4422 §3.1), in upper case. Constant. None of them is bound to a channel: the other server does not see the client's.
     */
    default Set<String> relayed() {
        return Set.of();
    }

    /**
     * Begins an exchange of a relayed mechanism, without blocking the caller: what the client says is handed on, and what the other
     * server says comes back. The secrets stay there. Threads, failures and cancelling as for {@link #verify}, also for the stage of each
     * {@link RelayStep#respond}.
     *
     * @param mechanism one of {@link #relayed()}
     * @param origin where the client is
     * @param initialResponse what the client sent along with AUTH (RFC 4954 §4), decoded; empty if it sent nothing, an empty array
     *     if it sent {@code =}
     */
    default CompletionStage<RelayStep> relay(String mechanism, Origin origin, Optional<byte[]> initialResponse) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException(mechanism));
    }

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
