package org.smtpguard.james.channel;

import java.util.Optional;

import org.apache.james.protocols.api.ProtocolSessionImpl;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * Answers overlong lines in order with all other lines.
 *
 * <p>Threads: the sessions' own.
 */
final class LongLineReplies {
    private final LinePolicy policy;
    private final ReplyWriter writer;
    private final LongLines longLines = new LongLines(this::answer);

    LongLineReplies(LinePolicy policy, ReplyWriter writer) {
        this.policy = policy;
        this.writer = writer;
    }

    /** Starts answering for that session. */
    void enableFor(SMTPSession session) {
        SessionThread.of(session).install(longLines);
    }

    void answer(SMTPSession session) {
        Optional<PendingReply> pending = PendingReply.of(session);
        if (pending.isPresent()) {
            pending.get().hold(ReceivedLine.tooLong());
            return;
        }
        ProtocolTransport transport = ((ProtocolSessionImpl) session).getProtocolTransport();
        writer.run(session, transport, () -> writer.write(session, transport, reply(session)));
    }

    private Response reply(SMTPSession session) {
        Optional<Challenge> challenge = Challenge.of(session);
        challenge.ifPresent(any -> Challenge.close(session));
        return challenge.map(Challenge::tooLong).orElseGet(() -> policy.tooLong(session));
    }
}
