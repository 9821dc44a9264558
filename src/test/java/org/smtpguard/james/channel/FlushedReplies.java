package org.smtpguard.james.channel;

import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/** Notes which replies go out with each flush, as one text. */
public final class FlushedReplies extends ChannelOutboundHandlerAdapter {
    private final List<String> sent;
    private final List<String> written = new ArrayList<>();

    /** @param sent where it notes them */
    public FlushedReplies(List<String> sent) {
        this.sent = sent;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (context.channel().isOpen() && message != Unpooled.EMPTY_BUFFER) {
            written.add(message.toString());
        }
        context.write(message, promise);
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        if (!written.isEmpty()) {
            sent.add(String.join(", ", written));
            written.clear();
        }
        context.flush();
    }
}
