package org.smtpguard.james;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import org.apache.james.protocols.netty.BasicChannelInboundHandler;
import org.apache.james.protocols.netty.HandlerConstants;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * Tells a session's {@link Notes} where a batch of lines ends that the server has read together. A client that waits for each reply has
 * each of its lines in a batch of its own; lines of one batch were sent before the reply to any of them was written (RFC 2920 §3.1).
 *
 * <p>Netty announces the end of a read after the lines of it, also where lines are handled on another thread than the one that reads.
 *
 * <p>Threads: the session's own.
 */
@Sharable
final class ReadBatches extends ChannelInboundHandlerAdapter {
    private static final String NAME = "smtpguard.batches";
    private static final ReadBatches ALL = new ReadBatches();

    private ReadBatches() {
    }

    /** From now on, for that connection. */
    static void tell(ChannelHandlerContext core) {
        ChannelPipeline pipeline = core.pipeline();
        if (pipeline.get(NAME) == null) {
            pipeline.addBefore(core.executor(), HandlerConstants.CORE_HANDLER, NAME, ALL);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        // James takes the session away when the client has gone.
        SMTPSession session = (SMTPSession) context.channel().attr(BasicChannelInboundHandler.SESSION_ATTRIBUTE_KEY).get();
        if (session != null) {
            Notes.of(session).batchEnded();
        }
        context.fireChannelReadComplete();
    }
}
