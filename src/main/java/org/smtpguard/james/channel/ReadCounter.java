package org.smtpguard.james.channel;

import io.netty.channel.ChannelHandler;

/** Tells whether all input read has been delivered as lines, if the line framer runs on another thread than the session's own. */
public interface ReadCounter extends ChannelHandler {
    /** Whether all of it is certainly delivered. Call it on the session's thread. */
    boolean isSettled();
}
