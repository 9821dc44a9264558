package org.smtpguard.credential;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What the other side of a {@link CredentialBackend} says next: a challenge to the client, or the verdict, which ends the exchange. */
public final class RelayStep {
    /** Hands the client's response to a challenge on. Used once. */
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

    /** @param claimed whom the client claimed to be, for the operator's log; empty where the other side does not tell */
    public static RelayStep verdict(String claimed, CredentialResult verdict) {
        return new RelayStep(Optional.empty(), response -> {
            throw new IllegalStateException("The exchange is over");
        }, Optional.of(verdict), claimed);
    }

    /** For the client; empty if this is the verdict. */
    public Optional<byte[]> challenge() {
        return challenge.map(byte[]::clone);
    }

    /**
     * The step after the client's response to the challenge, decoded.
     *
     * @throws IllegalStateException if there was no challenge
     */
    public CompletionStage<RelayStep> respond(byte[] response) {
        return continuation.respond(response);
    }

    /** Accepted with the user that the other side names, authorization identity and all; empty if this is a challenge. */
    public Optional<CredentialResult> verdict() {
        return verdict;
    }

    /** Whom the client claimed to be, for the operator's log; may be empty. */
    public String claimed() {
        return claimed;
    }

    /** The challenge is not shown: it may tell of the user. */
    @Override
    public String toString() {
        return verdict.map(CredentialResult::toString).orElse("challenge");
    }
}
