package org.smtpguard.sasl;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

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

    private final Kind kind;
    private final byte[] challenge;
    private final String username;
    private final CredentialResult result;

    private Step(Kind kind, byte[] challenge, String username, CredentialResult result) {
        this.kind = kind;
        this.challenge = challenge;
        this.username = username;
        this.result = result;
    }

    public static Step challenge(byte[] challenge) {
        return new Step(Kind.CHALLENGE, challenge.clone(), "", CredentialResult.unavailable("not asked"));
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
        return new Step(Kind.MALFORMED, new byte[0], "", CredentialResult.unavailable("not asked"));
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

    /** What the backends said. */
    public CredentialResult result() {
        return Objects.requireNonNull(result);
    }

    @Override
    public String toString() {
        return kind.toString();
    }
}
