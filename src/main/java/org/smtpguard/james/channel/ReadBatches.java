package org.smtpguard.james.channel;

import java.util.function.Consumer;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import org.apache.james.protocols.netty.BasicChannelInboundHandler;
import org.apache.james.protocols.netty.HandlerConstants;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * Tells where a batch of lines ends that the server has read together. A client that waits for each reply has
 * each of its lines in a batch of its own; lines of one batch were sent before the reply to any of them was written (RFC 2920 §3.1).
 *
 * <p>Netty announces the end of a read after the lines of it, also where lines are handled on another thread than the one that reads.
 *
 * <p>Threads: the session's own.
 */
@Sharable
public final class ReadBatches extends ChannelInboundHandlerAdapter {
    private static final String NAME = "smtpguard.batches";

    private final Consumer<SMTPSession> ended;

    /** @param ended told of a session whose batch has ended, on its own thread */
    public ReadBatches(Consumer<SMTPSession> ended) {
        this.ended = ended;
    }

    /** From now on, for that connection. */
    void watch(ChannelHandlerContext core) {
        ChannelPipeline pipeline = core.pipeline();
        if (pipeline.get(NAME) == null) {
            pipeline.addBefore(core.executor(), HandlerConstants.CORE_HANDLER, NAME, this);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        // James takes the session away when the client has gone.
        SMTPSession session = (SMTPSession) context.channel().attr(BasicChannelInboundHandler.SESSION_ATTRIBUTE_KEY).get();
        if (session != null) {
            ended.accept(session);
        }
        context.fireChannelReadComplete();
    }
}
