package org.smtpguard.james.channel;

import io.netty.channel.ChannelHandler;

/** Tells whether all input read has been delivered as lines, where that takes more than asking the line framer. */
public interface ReadCounter extends ChannelHandler {
    /** Whether all of it is certainly delivered. Call it on the session's thread. */
    boolean isSettled();
}
