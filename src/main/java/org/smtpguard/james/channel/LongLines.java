package org.smtpguard.james.channel;

import java.util.function.Consumer;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.TooLongFrameException;
import org.apache.james.protocols.netty.BasicChannelInboundHandler;
import org.apache.james.protocols.netty.HandlerConstants;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * Intercepts the exceptions that the framer raises for lines longer than its limit. James would answer them immediately,
 * bypassing all line handlers and before replies that are still pending.
 *
 * <p>Threads: one instance for all sessions of a port; runs on the sessions' own threads.
 */
@Sharable
final class LongLines extends ChannelInboundHandlerAdapter {
    private static final String NAME = "smtpguard.long";

    private final Consumer<SMTPSession> answer;

    /** @param answer answers in place of James */
    LongLines(Consumer<SMTPSession> answer) {
        this.answer = answer;
    }

    /** Installs this handler for a connection, unless one is installed already. */
    void install(ChannelHandlerContext core) {
        ChannelPipeline pipeline = core.pipeline();
        if (pipeline.get(NAME) == null) {
            pipeline.addBefore(core.executor(), HandlerConstants.CORE_HANDLER, NAME, this);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // James removes the session when the client has disconnected.
        SMTPSession session = (SMTPSession) context.channel().attr(BasicChannelInboundHandler.SESSION_ATTRIBUTE_KEY).get();
        if (session != null && cause instanceof TooLongFrameException) {
            answer.accept(session);
        } else {
            context.fireExceptionCaught(cause);
        }
    }
}
