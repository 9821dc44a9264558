package org.smtpguard.james.channel;

import java.util.Optional;
import java.util.function.Supplier;

import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * A challenge that awaits the client's response (RFC 4954 §4), as an attachment of the session.
 *
 * <p>Threads: the session's own.
 */
public final class Challenge {
    private static final AttachmentKey<Challenge> KEY = AttachmentKey.of("smtpguard.challenge", Challenge.class);

    private final Supplier<Response> tooLong;

    private Challenge(Supplier<Response> tooLong) {
        this.tooLong = tooLong;
    }

    static void open(SMTPSession session, LineHandler<SMTPSession> response, Supplier<Response> tooLong) {
        session.setAttachment(KEY, new Challenge(tooLong), State.Connection);
        session.pushLineHandler(response);
    }

    static Optional<Challenge> of(SMTPSession session) {
        return session.getAttachment(KEY, State.Connection);
    }

    /** Ends the challenge: the response has arrived, or is no longer expected. */
    public static void close(SMTPSession session) {
        session.removeAttachment(KEY, State.Connection);
        session.popLineHandler();
    }

    /** The reply to a response too long to be read, which ends the exchange. */
    Response tooLong() {
        return tooLong.get();
    }
}
