package org.smtpguard.james.channel;

import java.util.Optional;

import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPSession;
import org.smtpguard.protocol.CommandLine;

/** Decides how a port handles lines that arrive too early or are too long. Called on the session's own thread. */
public interface LinePolicy {
    /** The refusal of a line that was sent before the previous command was answered; empty if it is handled after that reply. */
    Optional<Response> early(SMTPSession session, ReceivedLine line);

    /** Whether a command sent before the previous one was answered is executed in its turn. */
    boolean isAlwaysInOrder(CommandLine command);

    /** The reply to a line too long to be read, outside of an AUTH exchange. */
    Response tooLong(SMTPSession session);
}
