package org.smtpguard.sasl;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import org.smtpguard.credential.CredentialResult;

/** What the server does next in an exchange: challenge the client, or end it. */
public final class SaslStep {
    /** The kinds of step. All but {@link #CHALLENGE} end the exchange. */
    public enum Type {
        CHALLENGE,
        /** The client is {@link SaslStep#username()}. */
        SUCCESS,
        /** The backends' answer was no, or none: see {@link SaslStep#result()}. */
        REFUSED,
        /** The credentials hold, but not for the authorization identity asked for. */
        IDENTITY_REFUSED,
        /** The client's message is not of the mechanism's form. */
        MALFORMED
    }

    private static final String NOT_ASKED = "not asked";

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
        return new SaslStep(Type.CHALLENGE, challenge.clone(), "", CredentialResult.unavailable(NOT_ASKED));
    }

    public static SaslStep success(String username, CredentialResult result) {
        return new SaslStep(Type.SUCCESS, new byte[0], username, result);
    }

    /** @param username whom the client claimed to be, for the operator's log */
    public static SaslStep refused(String username, CredentialResult result) {
        return new SaslStep(Type.REFUSED, new byte[0], username, result);
    }

    public static SaslStep identityRefused(String username, CredentialResult result) {
        return new SaslStep(Type.IDENTITY_REFUSED, new byte[0], username, result);
    }

    public static SaslStep malformed() {
        return malformed(NOT_ASKED);
    }

    /** @param flaw what is wrong with the message, for the client and the log; never a part of it */
    public static SaslStep malformed(String flaw) {
        return new SaslStep(Type.MALFORMED, new byte[0], "", CredentialResult.unavailable(flaw));
    }

    /**
     * A malformed message whose meaning is clear.
     *
     * @param lenient the step if the server takes it as it is
     */
    static SaslStep malformed(String flaw, Supplier<CompletionStage<SaslStep>> lenient) {
        return new SaslStep(Type.MALFORMED, new byte[0], "", CredentialResult.unavailable(flaw), Optional.of(lenient));
    }

    /** This step as a stage that is complete: for steps that ask nobody. */
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

    /** The user that was authenticated, or that the client claimed to be; empty where it named none. */
    public String username() {
        return username;
    }

    /** For a malformed message: the step if the server takes it as it is; empty if it has no meaning. */
    public Optional<Supplier<CompletionStage<SaslStep>>> lenient() {
        return lenient;
    }

    /** What the backends said. */
    public CredentialResult result() {
        return Objects.requireNonNull(result);
    }

    /** What is wrong with a malformed message; empty if only that it is malformed is known. */
    public String flaw() {
        return type == Type.MALFORMED && !result.reason().equals(NOT_ASKED) ? result.reason() : "";
    }

    @Override
    public String toString() {
        return type.toString();
    }
}
