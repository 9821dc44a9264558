package org.smtpguard.sasl;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import org.smtpguard.credential.CredentialResult;

/** The next step of an exchange: a challenge to the client, or the outcome. Immutable. */
public final class SaslStep {
    /** The kinds of step. All but {@link #CHALLENGE} end the exchange. */
    public enum Type {
        CHALLENGE,
        /** The client is {@link SaslStep#username()}. */
        SUCCESS,
        /** The credentials were refused or could not be verified: see {@link SaslStep#result()}. */
        REFUSED,
        /** The credentials were accepted, but not for the requested authorization identity. */
        IDENTITY_REFUSED,
        /** The client's message is not valid for the mechanism. */
        MALFORMED
    }

    private static final String NOT_QUERIED = "not queried";

    private final Type type;
    private final byte[] challenge;
    private final String username;
    private final CredentialResult result;

    private final Optional<Supplier<CompletionStage<SaslStep>>> lenient;

    private SaslStep(Type type, byte[] challenge, String username, CredentialResult result) {
        this(type, challenge, username, result, Optional.empty());
    }

    private SaslStep(Type type, byte[] challenge, String username, CredentialResult result,
        Optional<Supplier<CompletionStage<SaslStep>>> lenient) {
        this.type = type;
        this.challenge = challenge;
        this.username = username;
        this.result = result;
        this.lenient = lenient;
    }

    public static SaslStep challenge(byte[] challenge) {
        return new SaslStep(Type.CHALLENGE, challenge.clone(), "", CredentialResult.unavailable(NOT_QUERIED));
    }

    public static SaslStep success(String username, CredentialResult result) {
        return new SaslStep(Type.SUCCESS, new byte[0], username, result);
    }

    /** @param username the user name that the client sent, for the operator's log */
    public static SaslStep refused(String username, CredentialResult result) {
        return new SaslStep(Type.REFUSED, new byte[0], username, result);
    }

    public static SaslStep identityRefused(String username, CredentialResult result) {
        return new SaslStep(Type.IDENTITY_REFUSED, new byte[0], username, result);
    }

    public static SaslStep malformed() {
        return malformed(NOT_QUERIED);
    }

    /** @param flaw the error, for the client and the log; never contains a part of the message */
    public static SaslStep malformed(String flaw) {
        return new SaslStep(Type.MALFORMED, new byte[0], "", CredentialResult.unavailable(flaw));
    }

    /**
     * A malformed message that can be interpreted.
     *
     * @param lenient the step if the server accepts the message
     */
    static SaslStep malformed(String flaw, Supplier<CompletionStage<SaslStep>> lenient) {
        return new SaslStep(Type.MALFORMED, new byte[0], "", CredentialResult.unavailable(flaw), Optional.of(lenient));
    }

    /** This step as a completed stage. */
    CompletionStage<SaslStep> now() {
        return CompletableFuture.completedFuture(this);
    }

    public Type type() {
        return type;
    }

    /** The challenge, to be sent in base64; empty for every other step. */
    public byte[] challenge() {
        return challenge.clone();
    }

    /** The authenticated user, or the name that the client sent; empty if it sent none. */
    public String username() {
        return username;
    }

    /** For a malformed message: the step if the server accepts it; empty if it cannot be interpreted. */
    public Optional<Supplier<CompletionStage<SaslStep>>> lenient() {
        return lenient;
    }

    /** The backends' result. */
    public CredentialResult result() {
        return Objects.requireNonNull(result);
    }

    /** The error in a malformed message; empty if there is no description. */
    public String flaw() {
        return type == Type.MALFORMED && !result.reason().equals(NOT_QUERIED) ? result.reason() : "";
    }

    @Override
    public String toString() {
        return type.toString();
    }
}
