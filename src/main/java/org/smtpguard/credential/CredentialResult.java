package org.smtpguard.credential;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;

/**
 * What a backend says of a claim, and why. {@link Kind#UNAVAILABLE} is not a "no": a backend that could not judge
 * must never make a client throw a good password away (RFC 4954 §6, 454 4.7.0).
 */
public final class CredentialResult {
    /** The kinds of answer, after Dovecot's passdb results. */
    public enum Kind {
        /** The password is the user's. */
        ACCEPTED,
        /** The backend knows no such user. */
        UNKNOWN,
        /** The user is known and the password is not theirs. */
        REFUSED,
        /** The user is known and may not log in. */
        DISABLED,
        /** The password is the user's and has to be changed first. The client is told so: never said of one that is wrong. */
        EXPIRED,
        /** The password is the user's, who may not log in by this mechanism. The client is told so: never said of one that is wrong. */
        TOO_WEAK,
        /** The backend is unavailable: down, too slow, overloaded or broken. */
        UNAVAILABLE;

        /** Whether this is a definite no. */
        public boolean isRefusal() {
            return this != ACCEPTED && this != UNAVAILABLE;
        }
    }

    /** What an answer that is no verdict tells about the service that the backend queries. */
    enum Evidence {
        /** The service failed. */
        SERVICE_FAILED,
        /** The service failed, or this one log-in made it fail or wait. */
        INCONCLUSIVE,
        /** The service works, and could not judge this user. */
        SERVICE_WORKS,
        /** Nothing: the service was not queried. */
        NONE,
        /** Nothing: a queue of this server had no place for the request, or kept it too long. */
        OVERLOAD
    }

    private final Kind kind;
    private final String detail;
    private final Evidence evidence;
    private final Optional<String> backend;
    private final Optional<CredentialResult> refusal;

    private CredentialResult(Kind kind, String detail) {
        this(kind, detail, Evidence.SERVICE_FAILED, Optional.empty(), Optional.empty());
    }

    private CredentialResult(Kind kind, String detail, Evidence evidence, Optional<String> backend,
                             Optional<CredentialResult> refusal) {
        this.kind = kind;
        this.detail = Objects.requireNonNull(detail, "detail");
        this.evidence = evidence;
        this.backend = backend;
        this.refusal = refusal;
    }

    /**
     * The claim holds; {@code username} is the name to go on with (a backend may map what the client sent).
     *
     * @throws IllegalArgumentException if the name is empty: nobody can be logged in as nobody
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

    public static CredentialResult refused() {
        return new CredentialResult(Kind.REFUSED, "wrong password");
    }

    /** Refused, since the user's stored password is of a kind that the mechanism cannot be checked with. */
    public static CredentialResult keyless() {
        return new CredentialResult(Kind.REFUSED, "no SCRAM key for this user");
    }

    public static CredentialResult disabled() {
        return new CredentialResult(Kind.DISABLED, "account disabled");
    }

    /** Disabled, since an account without a password lets nobody in. */
    public static CredentialResult withoutPassword() {
        return new CredentialResult(Kind.DISABLED, "the password field is empty");
    }

    public static CredentialResult expired() {
        return new CredentialResult(Kind.EXPIRED, "password expired");
    }

    public static CredentialResult tooWeak() {
        return new CredentialResult(Kind.TOO_WEAK, "mechanism too weak");
    }

    /**
     * The service that the backend queries failed, in a way that no client can provoke: it counts towards the circuit breaker.
     *
     * @param reason for the operator's log alone; never shown to a client, and never with a secret in it
     */
    public static CredentialResult unavailable(String reason) {
        return new CredentialResult(Kind.UNAVAILABLE, reason);
    }

    /**
     * Unavailable, and nothing is learnt of the other side by it: it was not asked, on purpose.
     *
     * @param reason as for {@link #unavailable(String)}
     */
    public static CredentialResult notAsked(String reason) {
        return unavailable(reason).with(Evidence.NONE);
    }

    /**
     * Unavailable because this server has too much to do: a queue of ours had no place for the request, or kept it too long. Nothing is
     * learnt of the other side by it.
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
        return new CredentialResult(kind, detail, other, backend, refusal);
    }

    /**
     * The same, said by a service that works: it could not judge this user, and nothing follows for other users. Never counts towards
     * the circuit breaker, or one client's invented names would keep all other users out.
     *
     * @throws IllegalStateException if this is a verdict
     */
    public CredentialResult forThisUser() {
        return requireUnavailable().with(Evidence.SERVICE_WORKS);
    }

    /**
     * The same, where the name, the password or earlier refusals may be the cause: silence, an internal error. Counts towards the circuit
     * breaker only if the service shows no other sign of life.
     *
     * @throws IllegalStateException if this is a verdict
     */
    public CredentialResult perhapsForThisUser() {
        return requireUnavailable().with(Evidence.INCONCLUSIVE);
    }

    private CredentialResult requireUnavailable() {
        if (kind != Kind.UNAVAILABLE) {
            throw new IllegalStateException("A verdict: " + kind);
        }
        return this;
    }

    /**
     * Unavailable because of that. The reason names the exception's class alone: its message may hold anything, a password too.
     * Work that a pool has rejected is overload; what is neither I/O nor an error of the JVM, as
     * {@link #perhapsForThisUser}: an unexpected value may be the cause.
     */
    public static CredentialResult unavailable(Throwable fault) {
        Throwable cause = fault;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof RejectedExecutionException) {
            return overloaded("too many requests are waiting for a worker");
        }
        CredentialResult result = unavailable(cause.getClass().getName());
        return cause instanceof IOException || cause instanceof Error ? result : result.perhapsForThisUser();
    }

    /** The same answer, with the name of the backend that gave it. */
    public CredentialResult by(String backend) {
        return new CredentialResult(kind, detail, evidence, Optional.of(backend), refusal);
    }

    /** The same answer of a backend that could not judge, where another had refused the credentials before: see {@link #refusal()}. */
    CredentialResult after(CredentialResult refusedBy) {
        return new CredentialResult(kind, detail, evidence, backend, Optional.of(refusedBy));
    }

    public Kind kind() {
        return kind;
    }

    public boolean isAccepted() {
        return kind == Kind.ACCEPTED;
    }

    /**
     * The definite "no" in this answer: itself, or that of another backend where this one could not judge. A log-in with such an answer
     * has failed, whatever the client is told.
     */
    public Optional<CredentialResult> refusal() {
        return kind.isRefusal() ? Optional.of(this) : refusal;
    }

    /** False if it says nothing of the other side, see {@link #notAsked} and {@link #overloaded}. */
    public boolean wasAsked() {
        return evidence != Evidence.NONE && evidence != Evidence.OVERLOAD;
    }

    /** Whether a queue of ours is the reason, see {@link #overloaded}. */
    public boolean isOverload() {
        return evidence == Evidence.OVERLOAD;
    }

    /** Whether the service works and only this user could not be judged, see {@link #forThisUser}. */
    public boolean isForThisUser() {
        return evidence == Evidence.SERVICE_WORKS;
    }

    /** Whether this one log-in may be the cause, see {@link #perhapsForThisUser}. */
    public boolean isPerhapsForThisUser() {
        return evidence == Evidence.INCONCLUSIVE;
    }

    Evidence evidence() {
        return evidence;
    }

    /**
     * The user's name as the backend has it.
     *
     * @throws IllegalStateException if the claim was not accepted
     */
    public String username() {
        if (!isAccepted()) {
            throw new IllegalStateException("Nobody was authenticated: " + kind);
        }
        return detail;
    }

    /** For the operator's log: the private reason, never for the client. */
    public String reason() {
        return isAccepted() ? "accepted" : detail;
    }

    /** For logs and metrics: the name of the backend that decided, once a {@link BackendChain} has put it there. */
    public Optional<String> backend() {
        return backend;
    }

    /** Apart from what it tells about the service: that is not part of the answer. */
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
