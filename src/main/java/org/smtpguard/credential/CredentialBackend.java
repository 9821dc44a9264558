package org.smtpguard.credential;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Verifies user names and passwords. This is the SPI: an implementation has one public constructor with the parameters
 * {@link BackendSettings}, {@link Workers} and optionally {@link LocalUsers}, and is configured in {@code smtpserver.xml} as
 * {@code <backend class="…" name="…">}.
 *
 * <p>Threads: all methods are called on threads of the server that must not block. Blocking work goes to {@link Workers#blocking()},
 * CPU-bound work (password hashing) to {@link Workers#hashing()}; see {@link WorkerPool}. Implementations are thread-safe.
 */
public interface CredentialBackend extends AutoCloseable {
    /** The configured name, for logs and metrics. */
    String name();

    /**
     * Verifies credentials, without blocking the caller. The stage may complete on any thread. A failed stage or an exception counts as
     * {@link CredentialResult.Kind#UNAVAILABLE}; the message of an exception must not contain a secret. An unknown user must take the
     * same time as a wrong password, and an empty password is never accepted.
     *
     * <p>When the result is no longer needed (timeout, client disconnected), the stage's future is cancelled; work that has not begun
     * should then be skipped.
     */
    CompletionStage<CredentialResult> verify(Credentials credentials);

    /**
     * Whether the form of a password shows that it can be valid only in this backend, and not in others: then only backends that claim it
     * are queried, so that no other service sees it. Returns immediately, and depends on the password only.
     */
    default boolean claims(Secret password) {
        return false;
    }

    /** Whether users may have SCRAM keys ({@link #lookup}), which mechanisms need that do not see the password. Constant. */
    default boolean hasKeys() {
        return false;
    }

    /**
     * Looks up a user's SCRAM keys, without blocking the caller. Threads and failures as for {@link #verify}.
     *
     * @param username normalised as James normalises user names
     * @param scheme the mechanism of the keys, without {@code -PLUS}, such as {@code SCRAM-SHA-256}
     * @param origin the origin of the request
     */
    default CompletionStage<KeyResult> lookup(String username, String scheme, Origin origin) {
        return CompletableFuture.completedFuture(KeyResult.unknown());
    }

    /**
     * The iteration counts and salt lengths of the stored SCRAM keys of a scheme. Called for EHLO too, so it must return immediately what
     * is already known. It must depend on the users only, not on look-ups, which an attacker can make.
     *
     * @param scheme as for {@link #lookup}
     */
    default KeyCensus census(String scheme) {
        return hasKeys() ? KeyCensus.uncounted() : KeyCensus.counted(Map.of());
    }

    /**
     * The part of a user name by which keys are looked up: the same for all names of one user. The salt of an unknown user is derived
     * from it.
     */
    default String identity(String username) {
        return username;
    }

    /**
     * The mechanisms that this backend relays to another server ({@link #relay}): registered names (RFC 4422 §3.1) in upper case.
     * Constant. Mechanisms with channel binding cannot be relayed, since the other server does not see the client's channel.
     */
    default Set<String> relayed() {
        return Set.of();
    }

    /**
     * Begins an exchange of a relayed mechanism, without blocking the caller: messages of the client are passed to the other server, and
     * its challenges are returned. Threads, failures and cancellation as for {@link #verify}, also for each {@link RelayStep#respond}.
     *
     * @param mechanism one of {@link #relayed()}
     * @param origin the origin of the request
     * @param initialResponse the decoded initial response of AUTH (RFC 4954 §4); empty if there was none, an empty array for {@code =}
     */
    default CompletionStage<RelayStep> relay(String mechanism, Origin origin, Optional<byte[]> initialResponse) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException(mechanism));
    }

    /**
     * The maximum time for an answer, above zero; after it the caller gives up. Work of the backend should end by then too. The time that
     * a request waits for a worker ({@link WorkerPool}) is not included.
     */
    default Duration timeLimit() {
        return Duration.ofSeconds(10);
    }

    /**
     * Checks that the service is reachable and accepts the configuration, without a log-in. Empty if so, otherwise the problem, as a
     * message for the operator without secrets. Threads as for {@link #verify}. The default fails with an
     * {@link UnsupportedOperationException}: the backend has no check, so nothing is known.
     */
    default CompletionStage<Optional<String>> check() {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("no check"));
    }

    /**
     * Where the service or its data is, for the operator: {@code host:port}, with a scheme if it has one, or a file; several separated by
     * spaces. Constant, without user names, passwords, paths of URLs and their parameters. Empty if there is no such place.
     */
    default Optional<String> address() {
        return Optional.empty();
    }

    /**
     * The part of the origin that the result may depend on, such as all that is sent to the service. A cached result is used only for an
     * equal one. The default is safe for any backend: everything except the session id, which is for logs.
     */
    default Origin relevant(Origin origin) {
        return origin.withoutSession();
    }

    /** Why the backend is degraded although it answers, for the operator: for example, it uses the last valid version of its file. */
    default Optional<String> flaw() {
        return Optional.empty();
    }

    /**
     * What the operator has to correct in the backend's data, although it answers. It is also the {@link #flaw}, unless that is
     * something worse.
     */
    default Optional<String> mistake() {
        return Optional.empty();
    }

    /**
     * Notices for the operator, without secrets: what looks like a mistake but may be intended. A few at most, as of the last check. They
     * do not make the backend degraded.
     */
    default List<String> notices() {
        return List.of();
    }

    /** The kind of the backend for the log at the start, such as {@code LDAP} or {@code file, 212 users}; empty for its name alone. */
    default Optional<String> summary() {
        return Optional.empty();
    }

    /**
     * Registers a listener, to be called on any thread whenever earlier results may have become invalid. A backend that cannot know does
     * not call it. Called at most once, before the first request.
     */
    default void onChange(Runnable listener) {
    }

    /** The management of app passwords, if this backend has some. Constant. */
    default Optional<AppPasswords> appPasswords() {
        return Optional.empty();
    }

    /** Closes connections and stops threads of the backend. Called once, when no port uses it any more. */
    @Override
    default void close() {
    }
}
