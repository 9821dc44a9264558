package org.smtpguard.credential;

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
        /** The backend could not judge: down, too slow, overloaded or broken. */
        UNAVAILABLE;

        /** Whether this is a definite no. */
        public boolean isRefusal() {
            return this != ACCEPTED && this != UNAVAILABLE;
        }
    }

    private final Kind kind;
    private final String detail;
    private final boolean asked;
    private final Optional<String> backend;

    private CredentialResult(Kind kind, String detail) {
        this(kind, detail, true, Optional.empty());
    }

    private CredentialResult(Kind kind, String detail, boolean asked, Optional<String> backend) {
        this.kind = kind;
        this.detail = Objects.requireNonNull(detail, "detail");
        this.asked = asked;
        this.backend = backend;
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

    public static CredentialResult disabled() {
        return new CredentialResult(Kind.DISABLED, "account disabled");
    }

    public static CredentialResult expired() {
        return new CredentialResult(Kind.EXPIRED, "password expired");
    }

    public static CredentialResult tooWeak() {
        return new CredentialResult(Kind.TOO_WEAK, "mechanism too weak");
    }

    /** @param reason for the operator's log alone; never shown to a client, and never with a secret in it */
    public static CredentialResult unavailable(String reason) {
        return new CredentialResult(Kind.UNAVAILABLE, reason);
    }

    /**
     * Unavailable, and nothing is learnt of the other side by it: there was too much to do here, or it was not asked on purpose.
     *
     * @param reason as for {@link #unavailable(String)}
     */
    public static CredentialResult notAsked(String reason) {
        return new CredentialResult(Kind.UNAVAILABLE, reason, false, Optional.empty());
    }

    /**
     * Unavailable because of that. The reason names the exception's class alone: its message may hold anything, a password too.
     * Work that was turned away counts as {@link #notAsked}.
     */
    public static CredentialResult unavailable(Throwable fault) {
        Throwable cause = fault;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof RejectedExecutionException ? notAsked("too much to do (RejectedExecutionException)")
            : unavailable(cause.getClass().getName());
    }

    /** The same answer, with the name of the backend that gave it. */
    public CredentialResult by(String backend) {
        return new CredentialResult(kind, detail, asked, Optional.of(backend));
    }

    public Kind kind() {
        return kind;
    }

    public boolean isAccepted() {
        return kind == Kind.ACCEPTED;
    }

    /** False if it says nothing of the other side, see {@link #notAsked}. */
    public boolean wasAsked() {
        return asked;
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

    @Override
    public boolean equals(Object o) {
        if (!(o instanceof CredentialResult)) {
            return false;
        }
        CredentialResult that = (CredentialResult) o;
        return kind == that.kind && detail.equals(that.detail) && asked == that.asked && backend.equals(that.backend);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, detail, asked, backend);
    }

    @Override
    public String toString() {
        return kind + " (" + detail + ")" + backend.map(name -> " by " + name).orElse("");
    }
}
