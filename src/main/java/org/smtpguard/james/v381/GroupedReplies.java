package org.smtpguard.james.v381;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.flush.FlushConsolidationHandler;

/**
 * Sends the replies to commands that were read together in one write (RFC 2920 §3.2). James flushes each reply: one system call
 * and one packet per recipient. The reply to a single command, and a deferred reply, are sent immediately.
 */
final class GroupedReplies extends FlushConsolidationHandler {
    /** Netty's default; more replies than a client waits for in one group. */
    private static final int MAX_REPLIES = DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES;

    private boolean isClosing;

    GroupedReplies() {
        super(MAX_REPLIES, false);
    }

    /** James closes a connection by writing an empty buffer. That is flushed immediately, whatever else was read. */
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        isClosing |= message == Unpooled.EMPTY_BUFFER;
        super.write(context, message, promise);
    }

    @Override
    public void flush(ChannelHandlerContext context) throws Exception {
        if (isClosing) {
            context.flush();
        } else {
            super.flush(context);
        }
    }
}
