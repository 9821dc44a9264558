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
 * Detects the end of a batch of lines that the server has read together. The lines of a batch were sent before the reply to any
 * of them was written (RFC 2920 §3.1); a client that waits for each reply sends one line per batch.
 *
 * <p>Netty signals the end of a read after its lines, even if lines are handled on another thread than the reading one.
 *
 * <p>Threads: the session's own.
 */
@Sharable
public final class ReadBatches extends ChannelInboundHandlerAdapter {
    private static final String NAME = "smtpguard.batches";

    private final Consumer<SMTPSession> ended;

    /** @param ended called at the end of a batch, on the session's own thread */
    public ReadBatches(Consumer<SMTPSession> ended) {
        this.ended = ended;
    }

    /** Installs this handler for a connection, unless it is installed already. */
    void install(ChannelHandlerContext core) {
        ChannelPipeline pipeline = core.pipeline();
        if (pipeline.get(NAME) == null) {
            pipeline.addBefore(core.executor(), HandlerConstants.CORE_HANDLER, NAME, this);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        // James removes the session when the client has disconnected.
        SMTPSession session = (SMTPSession) context.channel().attr(BasicChannelInboundHandler.SESSION_ATTRIBUTE_KEY).get();
        if (session != null) {
            end(session);
        }
        context.fireChannelReadComplete();
    }

    /** Ends the batch, but not while its last line waits for whatever was sent after it ({@link DeferredReplies#settle}). */
    void end(SMTPSession session) {
        if (PendingReply.of(session).filter(PendingReply::putsOffBatchEnd).isEmpty()) {
            ended.accept(session);
        }
    }
}
