package org.smtpguard.james.v381;

import io.netty.channel.ChannelHandlerContext;
import org.apache.james.protocols.smtp.SMTPSession;
import org.smtpguard.james.channel.SessionThread;

/**
 * Makes one thread of the two on which James 3.8.0 and 3.8.1 serve a connection: one cuts lines, the other handles them. From 3.8.2 on
 * (JAMES-4023) James itself uses one, and these methods do nothing. To be called on the session's own thread when it connects.
 */
public final class James381 {
    private James381() {
    }

    /** Counts what is read and not yet delivered as lines, where another thread cuts them. To be called once for each session. */
    public static void countReads(SMTPSession session) {
        ReadAhead.count(core(session));
    }

    /** Connections that come to the same port from now on have their lines cut on the thread that handles them. */
    public static void cutLinesOfLaterConnections(SMTPSession session) {
        OneThread.forThoseAfter(core(session).channel());
    }

    private static ChannelHandlerContext core(SMTPSession session) {
        return SessionThread.of(session).core();
    }
}
