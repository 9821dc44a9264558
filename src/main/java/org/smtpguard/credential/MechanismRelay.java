package org.smtpguard.credential;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * A backend that can have a whole mechanism played by the other side, and not only a password judged: what the client says is
 * handed on, and what the other side says comes back. The secrets stay there. Threads as for {@link CredentialBackend#verify}.
 */
public interface MechanismRelay extends CredentialBackend {
    /**
     * The mechanisms that the operator has it relay, by their registered names (RFC 4422 §3.1), in upper case; the same as long as
     * it lives. None of them is bound to a channel: the other side does not see the client's.
     */
    Set<String> relayed();

    /**
     * Begins an exchange, without blocking the caller. For the stage, and for that of each {@link RelayStep#respond}, holds what
     * holds for {@link CredentialBackend#verify}: a failure is {@link CredentialResult.Kind#UNAVAILABLE}, and cancelling its future
     * says that nobody waits any more.
     *
     * @param mechanism one of {@link #relayed()}
     * @param origin where the client is
     * @param initialResponse what the client sent along with AUTH (RFC 4954 §4), decoded; empty if it sent nothing, an empty array
     *     if it sent {@code =}
     */
    CompletionStage<RelayStep> relay(String mechanism, Origin origin, Optional<byte[]> initialResponse);
}
