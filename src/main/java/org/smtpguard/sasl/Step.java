package org.smtpguard.sasl;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import org.smtpguard.credential.CredentialResult;

/** What the server does next in an exchange: challenge the client, or end it. */
public final class Step {
    /** The kinds of step. All but {@link #CHALLENGE} end the exchange. */
    public enum Kind {
        CHALLENGE,
        /** The client is {@link Step#username()}. */
        SUCCESS,
        /** The backends' answer was no, or none: see {@link Step#result()}. */
        REFUSED,
        /** The credentials hold, but not for the authorization identity asked for. */
        IDENTITY_REFUSED,
        /** The client's message is not of the mechanism's form. */
        MALFORMED
    }

    private static final String NOT_ASKED = "not asked";

    private final Kind kind;
    private final byte[] challenge;
    private final String username;
    private final CredentialResult result;

    private final Optional<Supplier<CompletionStage<Step>>> lenient;

    private Step(Kind kind, byte[] challenge, String username, CredentialResult result) {
        this(kind, challenge, username, result, Optional.empty());
    }

    private Step(Kind kind, byte[] challenge, String username, CredentialResult result, Optional<Supplier<CompletionStage<Step>>> lenient) {
        this.kind = kind;
        this.challenge = challenge;
        this.username = username;
        this.result = result;
        this.lenient = lenient;
    }

    public static Step challenge(byte[] challenge) {
        return new Step(Kind.CHALLENGE, challenge.clone(), "", CredentialResult.unavailable(NOT_ASKED));
    }

    public static Step success(String username, CredentialResult result) {
        return new Step(Kind.SUCCESS, new byte[0], username, result);
    }

    /** @param username whom the client claimed to be, for the operator's log */
    public static Step refused(String username, CredentialResult result) {
        return new Step(Kind.REFUSED, new byte[0], username, result);
    }

    public static Step identityRefused(String username, CredentialResult result) {
        return new Step(Kind.IDENTITY_REFUSED, new byte[0], username, result);
    }

    public static Step malformed() {
        return malformed(NOT_ASKED);
    }

    /** @param flaw what is wrong with the message, for the client and the log; never a part of it */
    public static Step malformed(String flaw) {
        return new Step(Kind.MALFORMED, new byte[0], "", CredentialResult.unavailable(flaw));
    }

    /**
     * A malformed message whose meaning is clear.
     *
     * @param lenient the step if the server takes it as it is
     */
    static Step malformed(String flaw, Supplier<CompletionStage<Step>> lenient) {
        return new Step(Kind.MALFORMED, new byte[0], "", CredentialResult.unavailable(flaw), Optional.of(lenient));
    }

    /** This step as a stage that is complete: for steps that ask nobody. */
    CompletionStage<Step> now() {
        return CompletableFuture.completedFuture(this);
    }

    public Kind kind() {
        return kind;
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
    public Optional<Supplier<CompletionStage<Step>>> lenient() {
        return lenient;
    }

    /** What the backends said. */
    public CredentialResult result() {
        return Objects.requireNonNull(result);
    }

    /** What is wrong with a malformed message; empty if only that it is malformed is known. */
    public String flaw() {
        return kind == Kind.MALFORMED && !result.reason().equals(NOT_ASKED) ? result.reason() : "";
    }

    @Override
    public String toString() {
        return kind.toString();
    }
}
