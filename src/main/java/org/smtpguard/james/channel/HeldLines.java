package org.smtpguard.james.channel;

import java.util.ArrayDeque;
import java.util.Deque;

import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * A queue of the lines that a client has sent while a reply is pending.
 *
 * <p>Threads: the session's own.
 */
final class HeldLines {
    /** If a client sends more, reading is suspended until its reply is written. */
    private static final int OCTET_LIMIT = 16 * 1024;
    private static final AttachmentKey<Integer> BEING_HANDLED = AttachmentKey.of("smtpguard.putBack", Integer.class);

    private final Deque<ReceivedLine> lines = new ArrayDeque<>();
    private int octets;

    /** @return whether reading should be suspended */
    boolean hold(ReceivedLine line) {
        lines.add(line);
        octets += line.length();
        return octets > OCTET_LIMIT;
    }

    int octets() {
        return octets;
    }

    /** Starts handling: {@link #areBeingHandled} is true for the session until {@link #next} has returned the last line. */
    void beginHandling(SMTPSession session) {
        count(session, octets);
    }

    boolean hasNext() {
        return !lines.isEmpty();
    }

    ReceivedLine next(SMTPSession session) {
        ReceivedLine line = lines.remove();
        count(session, -line.length());
        return line;
    }

    /** Whether held lines follow the current one: they have been delivered, but count as unread until each is handled. */
    static boolean areBeingHandled(SMTPSession session) {
        return session.getAttachment(BEING_HANDLED, State.Connection).isPresent();
    }

    private static void count(SMTPSession session, int octets) {
        int remaining = session.getAttachment(BEING_HANDLED, State.Connection).orElse(0) + octets;
        if (remaining == 0) {
            session.removeAttachment(BEING_HANDLED, State.Connection);
        } else {
            session.setAttachment(BEING_HANDLED, remaining, State.Connection);
        }
    }
}
