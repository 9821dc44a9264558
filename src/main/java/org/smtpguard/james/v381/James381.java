package org.smtpguard.james.v381;

import io.netty.channel.ChannelHandlerContext;
import org.apache.james.protocols.smtp.SMTPSession;
import org.smtpguard.james.channel.SessionThread;

/**
 * Adapts to the two threads on which James 3.8.0 and 3.8.1 serve a connection: one frames lines, the other handles them. From
 * 3.8.2 on (JAMES-4023) James uses one thread, and these methods do nothing. Call them on the session's own thread when it
 * connects.
 */
public final class James381 {
    private James381() {
    }

    /** Counts octets read but not yet delivered as lines, if another thread frames them. Call once per session. */
    public static void countReads(SMTPSession session) {
        ReadAhead.count(core(session));
    }

    /** From now on, lines of new connections to the same port are framed on the thread that handles them. */
    public static void useOneThreadForNewConnections(SMTPSession session) {
        OneThread.installAt(core(session).channel());
    }

    private static ChannelHandlerContext core(SMTPSession session) {
        return SessionThread.of(session).core();
    }
}
