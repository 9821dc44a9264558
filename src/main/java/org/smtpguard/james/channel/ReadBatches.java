package org.smtpguard.james.channel;

import java.util.function.Consumer;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import org.apache.james.protocols.netty.BasicChannelInboundHandler;
import org.apache.james.protocols.netty.HandlerConstants;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * Detects the end of a batch of lines that the server has read together, and the end of all input. The lines of a batch were sent before
 * the reply to any of them was written (RFC 2920 §3.1); a client that waits for each reply sends one line per batch.
 *
 * <p>Netty signals the end of a read after its lines, even if lines are handled on another thread than the reading one. So it does with
 * the end of the input, if it may leave the connection open. Otherwise it closes the connection at once, and a client that has said all
 * it has to say, as Exim does after QUIT, loses the replies that another thread has yet to write.
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
            core.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            pipeline.addBefore(core.executor(), HandlerConstants.CORE_HANDLER, NAME, this);
        }
    }

    /** The client sends nothing more: the connection is closed after the replies to what it has sent, but waits for no verdict. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        context.fireUserEventTriggered(event);
        if (event instanceof ChannelInputShutdownEvent) {
            SessionThread.of(context.pipeline().context(HandlerConstants.CORE_HANDLER)).settled()
                .thenRun(() -> context.channel().close());
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
