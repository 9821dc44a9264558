package org.smtpguard.sasl;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * One run of a mechanism, from AUTH to its outcome. Used by one session, a message at a time: the next only after the
 * stage of the one before is complete. Stages complete on whatever thread the backend uses; they never fail for
 * anything that a client sent.
 */
public interface SaslExchange {
    /**
     * The first step.
     *
     * @param initialResponse what the client sent along with AUTH (RFC 4954 §4), decoded; an empty array if it sent {@code =}
     */
    CompletionStage<SaslStep> begin(Optional<byte[]> initialResponse);

    /** The step after the client's response to the last challenge, decoded. */
    CompletionStage<SaslStep> respond(byte[] response);
}
