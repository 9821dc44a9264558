package org.smtpguard.credential;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;

/**
 * The result of verifying credentials, and the reason. {@link Kind#UNAVAILABLE} is not a refusal: an unavailable backend must never make
 * a client discard a correct password (RFC 4954 §6, 454 4.7.0). Immutable.
 */
public final class CredentialResult {
    /** The kinds of result, modelled on Dovecot's passdb results. */
    public enum Kind {
        /** The password is correct. */
        ACCEPTED,
        /** The user does not exist in this backend. */
        UNKNOWN,
        /** The user exists and the password is wrong. */
        REFUSED,
        /** The user exists and may not log in. */
        DISABLED,
        /** The password is correct, but must be changed first. Only if the password is correct, since the client is told. */
        EXPIRED,
        /** The password is correct, but the user may not use the mechanism. Only if the password is correct, since the client is told. */
        TOO_WEAK,
        /** The backend could not verify the credentials: down, too slow, overloaded or broken. */
        UNAVAILABLE,
        /** No backend was queried, since too many log-ins have failed. Never the result of a backend. */
        BLOCKED;

        /** Whether the credentials were definitely refused. */
        public boolean isRefusal() {
            return this != ACCEPTED && this != UNAVAILABLE && this != BLOCKED;
        }
    }

    /** What {@link Kind#UNAVAILABLE} shows about the state of the service behind the backend. */
    enum Evidence {
        /** The service failed. */
        SERVICE_FAILED,
        /** The service failed, or only this log-in made it fail or wait. */
        INCONCLUSIVE,
        /** The service works, but could not verify this user. */
        SERVICE_WORKS,
        /** Nothing: the service was not queried. */
        NONE,
        /** Nothing: a queue of this server was full, or the request waited in it too long. */
        OVERLOAD
    }

    private final Kind kind;
    private final String detail;
    private final Evidence evidence;
    private final Optional<String> backend;
    private final Optional<CredentialResult> refusal;
    private final Optional<LoginScope> scope;

    private CredentialResult(Kind kind, String detail) {
        this(kind, detail, Evidence.SERVICE_FAILED, Optional.empty(), Optional.empty(), Optional.empty());
    }

    private CredentialResult(Kind kind, String detail, Evidence evidence, Optional<String> backend,
                             Optional<CredentialResult> refusal, Optional<LoginScope> scope) {
        this.kind = kind;
        this.detail = Objects.requireNonNull(detail, "detail");
        this.evidence = evidence;
        this.backend = backend;
        this.refusal = refusal;
        this.scope = scope;
    }

    /**
     * Accepted.
     *
     * @param username the user's name, which may differ from the name that the client sent
     * @throws IllegalArgumentException if the name is empty
     */
    public static CredentialResult accepted(String username) {
        if (username.isEmpty()) {
            throw new IllegalArgumentException("Accepted without a user name");
        }
        return new CredentialResult(Kind.ACCEPTED, username);
    }

    public static CredentialResult unknown() {
        return new CredentialResult(Kind.UNKNOWN, "no such user");
    }

    /**
     * Unknown, with a reason that tells the operator more.
     *
     * @param reason for the operator's log only: never shown to a client, never containing a secret
     */
    public static CredentialResult unknown(String reason) {
        return new CredentialResult(Kind.UNKNOWN, reason);
    }

    public static CredentialResult refused() {
        return new CredentialResult(Kind.REFUSED, "wrong password");
    }

    /**
     * Refused for another reason than a wrong password, which the client is not told.
     *
     * @param reason for the operator's log only: never shown to a client, never containing a secret
     */
    public static CredentialResult refused(String reason) {
        return new CredentialResult(Kind.REFUSED, reason);
    }

    /** Refused, since the stored password cannot be used with the mechanism. */
    public static CredentialResult keyless() {
        return new CredentialResult(Kind.REFUSED, "no SCRAM key for this user");
    }

    public static CredentialResult disabled() {
        return new CredentialResult(Kind.DISABLED, "account disabled");
    }

    /** Disabled, since the account has no password. */
    public static CredentialResult withoutPassword() {
        return new CredentialResult(Kind.DISABLED, "the password field is empty");
    }

    public static CredentialResult expired() {
        return new CredentialResult(Kind.EXPIRED, "password expired");
    }

    public static CredentialResult tooWeak() {
        return new CredentialResult(Kind.TOO_WEAK, "mechanism too weak");
    }

    /** @param advice what the client may do, for the client: the same for users that exist and users that do not */
    public static CredentialResult blocked(String advice) {
        return new CredentialResult(Kind.BLOCKED, advice).with(Evidence.NONE);
    }

    /**
     * The service failed in a way that no client can provoke: counts towards the circuit breaker.
     *
     * @param reason for the operator's log only: never shown to a client, never containing a secret
     */
    public static CredentialResult unavailable(String reason) {
        return new CredentialResult(Kind.UNAVAILABLE, reason);
    }

    /**
     * Unavailable, because the service was intentionally not queried; shows nothing about its state.
     *
     * @param reason as for {@link #unavailable(String)}
     */
    public static CredentialResult notQueried(String reason) {
        return unavailable(reason).with(Evidence.NONE);
    }

    /**
     * Unavailable, because this server is overloaded: a queue was full, or the request waited in it too long. Shows nothing about the
     * state of the service.
     *
     * @param reason as for {@link #unavailable(String)}
     */
    public static CredentialResult overloaded(String reason) {
        return unavailable(reason).with(Evidence.OVERLOAD);
    }

    static CredentialResult unavailable(String reason, Evidence evidence) {
        return unavailable(reason).with(evidence);
    }

    private CredentialResult with(Evidence other) {
        return new CredentialResult(kind, detail, other, backend, refusal, scope);
    }

    /**
     * The same for a service that works and could not verify only this user. Does not count towards the circuit breaker; otherwise, one
     * client with invented names could lock out all users.
     *
     * @throws IllegalStateException if this is not {@link Kind#UNAVAILABLE}
     */
    public CredentialResult forThisUser() {
        return requireUnavailable().with(Evidence.SERVICE_WORKS);
    }

    /**
     * The same for a failure that this log-in may have caused, such as a timeout or an internal error. Counts towards the circuit breaker
     * only if the service gives no definite answers at the same time.
     *
     * @throws IllegalStateException if this is not {@link Kind#UNAVAILABLE}
     */
    public CredentialResult perhapsForThisUser() {
        return requireUnavailable().with(Evidence.INCONCLUSIVE);
    }

    /**
     * The same for another reason.
     *
     * @param reason as for {@link #unavailable(String)}
     * @throws IllegalStateException if this is not {@link Kind#UNAVAILABLE}
     */
    public CredentialResult because(String reason) {
        return new CredentialResult(requireUnavailable().kind, reason, evidence, backend, refusal, scope);
    }

    private CredentialResult requireUnavailable() {
        if (kind != Kind.UNAVAILABLE) {
            throw new IllegalStateException("Not UNAVAILABLE: " + kind);
        }
        return this;
    }

    /**
     * Unavailable because of an exception. The reason is its class name only, since its message may contain a password. Rejected work is
     * {@linkplain #overloaded overload}; an exception other than an I/O error or an {@link Error} is
     * {@link #perhapsForThisUser}, since the input may have caused it.
     */
    public static CredentialResult unavailable(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof RejectedExecutionException) {
            return overloaded("too many requests are waiting for a worker");
        }
        CredentialResult result = unavailable(cause.getClass().getName());
        return cause instanceof IOException || cause instanceof Error ? result : result.perhapsForThisUser();
    }

    /** The same result with the name of the backend. */
    public CredentialResult by(String backend) {
        return new CredentialResult(kind, detail, evidence, Optional.of(backend), refusal, scope);
    }

    /** The same result of an unavailable backend, with the refusal by another one: see {@link #refusal()}. */
    CredentialResult withRefusal(CredentialResult other) {
        return new CredentialResult(kind, detail, evidence, backend, Optional.of(other), scope);
    }

    public Kind kind() {
        return kind;
    }

    public boolean isAccepted() {
        return kind == Kind.ACCEPTED;
    }

    /**
     * The refusal in this result: itself, or that of another backend if this one was unavailable. If present, the log-in counts as failed,
     * whatever the reply to the client.
     */
    public Optional<CredentialResult> refusal() {
        return kind.isRefusal() ? Optional.of(this) : refusal;
    }

    /** False for {@link #notQueried} and {@link #overloaded}: the service was not queried. */
    public boolean wasQueried() {
        return evidence != Evidence.NONE && evidence != Evidence.OVERLOAD;
    }

    /** Whether this server is overloaded, see {@link #overloaded}. */
    public boolean isOverload() {
        return evidence == Evidence.OVERLOAD;
    }

    /** Whether the service works and could not verify only this user, see {@link #forThisUser}. */
    public boolean isForThisUser() {
        return evidence == Evidence.SERVICE_WORKS;
    }

    /** Whether this log-in may be the cause, see {@link #perhapsForThisUser}. */
    public boolean isPerhapsForThisUser() {
        return evidence == Evidence.INCONCLUSIVE;
    }

    Evidence evidence() {
        return evidence;
    }

    /**
     * The user's name according to the backend.
     *
     * @throws IllegalStateException if the credentials were not accepted
     */
    public String username() {
        if (!isAccepted()) {
            throw new IllegalStateException("Not accepted: " + kind);
        }
        return detail;
    }

    /** The reason, for the operator's log only: never shown to a client. */
    public String reason() {
        return isAccepted() ? "accepted" : detail;
    }

    /** The name of the deciding backend, for logs and metrics; set by {@link BackendChain}. */
    public Optional<String> backend() {
        return backend;
    }

    /**
     * The same log-in, with what it may do.
     *
     * @throws IllegalStateException if the credentials were not accepted
     */
    public CredentialResult within(LoginScope limits) {
        if (!isAccepted()) {
            throw new IllegalStateException("Not accepted: " + kind);
        }
        return new CredentialResult(kind, detail, evidence, backend, refusal, Optional.of(limits));
    }

    /** What the log-in may do, if it was made with an app password; empty if it is not limited. */
    public Optional<LoginScope> scope() {
        return scope;
    }

    /** Ignores the evidence about the service, which is not part of the result, and the scope. */
    @Override
    public boolean equals(Object o) {
        if (!(o instanceof CredentialResult)) {
            return false;
        }
        CredentialResult that = (CredentialResult) o;
        return kind == that.kind && detail.equals(that.detail) && backend.equals(that.backend) && refusal.equals(that.refusal);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, detail, backend, refusal);
    }

    @Override
    public String toString() {
        return kind + " (" + detail + ")" + backend.map(name -> " by " + name).orElse("");
    }
}
