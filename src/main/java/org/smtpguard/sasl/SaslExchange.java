package org.smtpguard.sasl;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * One exchange of a mechanism, from AUTH to its outcome. Used by one session, one message at a time: the next only after the previous stage
 * is complete. Stages complete on any thread, and never fail because of the client's input.
 */
public interface SaslExchange {
    /**
     * The first step.
     *
     * @param initialResponse the decoded initial response of AUTH (RFC 4954 §4); an empty array for {@code =}
     */
    CompletionStage<SaslStep> begin(Optional<byte[]> initialResponse);

    /** The step after the client's response to the last challenge, decoded. */
    CompletionStage<SaslStep> respond(byte[] response);
}
