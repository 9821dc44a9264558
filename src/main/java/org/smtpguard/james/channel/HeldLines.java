package org.smtpguard.james.channel;

import java.util.ArrayDeque;
import java.util.Deque;

import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * The lines that a client has sent while a reply is pending, in their order, until each of them is handled. For the session's own
 * thread.
 */
final class HeldLines {
    /** A client that sends more is not read until it has its reply. */
    private static final int OCTET_LIMIT = 16 * 1024;
    private static final AttachmentKey<Integer> BEING_HANDLED = AttachmentKey.of("smtpguard.putBack", Integer.class);

    private final Deque<ReceivedLine> lines = new ArrayDeque<>();
    private int octets;

    /** @return whether no more should be read */
    boolean hold(ReceivedLine line) {
        lines.add(line);
        octets += line.length();
        return octets > OCTET_LIMIT;
    }

    int octets() {
        return octets;
    }

    /** Until {@link #next} has returned the last of them, {@link #areBeingHandled} for the session. */
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

    /** Whether lines follow the one at hand that have been delivered, and count as read only: they are handled one by one. */
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
