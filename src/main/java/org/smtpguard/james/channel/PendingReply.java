package org.smtpguard.james.channel;

import java.util.Optional;

import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * The state of a session that waits for a reply: its attachment, and the line handler that holds lines received meanwhile.
 *
 * <p>Threads: the session's own.
 */
final class PendingReply implements LineHandler<SMTPSession> {
    private static final AttachmentKey<PendingReply> KEY = AttachmentKey.of("smtpguard.pendingReply", PendingReply.class);

    private final ProtocolTransport transport;
    private final HeldLines held = new HeldLines();
    private final boolean isPause;
    private final Runnable cancel;
    /** The line that waits is judged as one of its batch, which may end meanwhile. */
    private boolean keepsBatchOpen;
    private boolean batchHasEnded;
    private boolean isOver;

    private PendingReply(ProtocolTransport transport, boolean isPause, Runnable cancel) {
        this.transport = transport;
        this.isPause = isPause;
        this.cancel = cancel;
    }

    /**
     * @param isPause whether the client may send lines meanwhile, since no reply is due yet
     * @param cancel called if the client disconnects first
     */
    static PendingReply begin(SMTPSession session, ProtocolTransport transport, boolean isPause, Runnable cancel) {
        PendingReply pending = new PendingReply(transport, isPause, cancel);
        session.setAttachment(KEY, pending, State.Connection);
        session.pushLineHandler(pending);
        return pending;
    }

    static Optional<PendingReply> of(SMTPSession session) {
        return session.getAttachment(KEY, State.Connection);
    }

    /** Ends the wait: the reply is available. */
    void end(SMTPSession session) {
        isOver = true;
        session.removeAttachment(KEY, State.Connection);
        session.popLineHandler();
    }

    /** Cancels the wait: the client has disconnected, and a late reply is dropped. */
    void cancel() {
        isOver = true;
        cancel.run();
    }

    boolean isOver() {
        return isOver;
    }

    /** From now on the batch of the line that waits ends no earlier than the wait. */
    PendingReply keepingBatchOpen() {
        keepsBatchOpen = true;
        return this;
    }

    /** @return whether the end of the batch is put off; it is then to be repeated after the wait */
    boolean putsOffBatchEnd() {
        batchHasEnded |= keepsBatchOpen;
        return keepsBatchOpen;
    }

    boolean batchHasEnded() {
        return batchHasEnded;
    }

    boolean isPause() {
        return isPause;
    }

    ProtocolTransport transport() {
        return transport;
    }

    HeldLines held() {
        return held;
    }

    void hold(ReceivedLine line) {
        if (held.hold(line)) {
            transport.setReadable(false);
        }
    }

    @Override
    public Response onLine(SMTPSession session, byte[] line) {
        hold(ReceivedLine.of(line));
        return null;
    }
}
