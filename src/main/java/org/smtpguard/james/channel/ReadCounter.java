package org.smtpguard.james.channel;

import io.netty.channel.ChannelHandler;

/** Knows whether everything that was read has been delivered, where the line cutter cannot be asked on the session's own thread. */
public interface ReadCounter extends ChannelHandler {
    /** Whether it has, for certain. To be called on the session's thread. */
    boolean isSettled();
}
