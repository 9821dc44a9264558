package org.smtpguard.james.v381;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.flush.FlushConsolidationHandler;

/**
 * Sends the replies to commands that were read at once at once (RFC 2920 §3.2). James sends each by itself: one call of the system, and
 * one packet, for each recipient. Where one command was read its reply goes out as ever; one that comes later, after a wait, too.
 */
final class GroupedReplies extends FlushConsolidationHandler {
    /** As Netty has it: so many replies are more than any group that a client waits for. */
    private static final int MOST = DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES;

    private boolean isTheEnd;

    GroupedReplies() {
        super(MOST, false);
    }

    /** James ends a connection by an empty buffer that closes it when it is out: that does not wait for what else was read. */
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        isTheEnd |= message == Unpooled.EMPTY_BUFFER;
        super.write(context, message, promise);
    }

    @Override
    public void flush(ChannelHandlerContext context) throws Exception {
        if (isTheEnd) {
            context.flush();
        } else {
            super.flush(context);
        }
    }
}
