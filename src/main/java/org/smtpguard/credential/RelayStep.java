package org.smtpguard.credential;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A step of a relayed exchange: a challenge to the client, or the verdict, which ends the exchange. */
public final class RelayStep {
    /** Passes the client's response on. Used once. */
    public interface Continuation {
        CompletionStage<RelayStep> respond(byte[] response);
    }

    private final Optional<byte[]> challenge;
    private final Continuation continuation;
    private final Optional<CredentialResult> verdict;
    private final String claimed;

    private RelayStep(Optional<byte[]> challenge, Continuation continuation, Optional<CredentialResult> verdict, String claimed) {
        this.challenge = challenge;
        this.continuation = Objects.requireNonNull(continuation, "continuation");
        this.verdict = verdict;
        this.claimed = Objects.requireNonNull(claimed, "claimed");
    }

    public static RelayStep challenge(byte[] challenge, Continuation continuation) {
        return new RelayStep(Optional.of(challenge.clone()), continuation, Optional.empty(), "");
    }

    /** @param claimed the user name that the client sent, for the operator's log; empty if unknown */
    public static RelayStep verdict(String claimed, CredentialResult verdict) {
        return new RelayStep(Optional.empty(), response -> {
            throw new IllegalStateException("The exchange has ended");
        }, Optional.of(verdict), claimed);
    }

    /** The challenge; empty if this is the verdict. */
    public Optional<byte[]> challenge() {
        return challenge.map(byte[]::clone);
    }

    /**
     * Passes on the client's decoded response to the challenge.
     *
     * @throws IllegalStateException if this is the verdict
     */
    public CompletionStage<RelayStep> respond(byte[] response) {
        return continuation.respond(response);
    }

    /** The verdict; if accepted, with the user name of the other server, which has checked the authorization identity. */
    public Optional<CredentialResult> verdict() {
        return verdict;
    }

    /** The user name that the client sent, for the operator's log; may be empty. */
    public String claimed() {
        return claimed;
    }

    /** Without the challenge, which may contain information about the user. */
    @Override
    public String toString() {
        return verdict.map(CredentialResult::toString).orElse("challenge");
    }
}
