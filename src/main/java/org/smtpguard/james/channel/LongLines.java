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
 * Lines that are longer than the framer takes. It drops them and tells so in their place; left to James, that is
 * answered at once: past every line handler, and in front of replies that others still wait for.
 *
 * <p>One for all sessions of a port. Runs on the sessions' own threads.
 */
@Sharable
final class LongLines extends ChannelInboundHandlerAdapter {
    private static final String NAME = "smtpguard.long";

    private final Consumer<SMTPSession> answer;

    /** @param answer gives the answer in place of James' own */
    LongLines(Consumer<SMTPSession> answer) {
        this.answer = answer;
    }

    /** Has that answer given from now on; of several answers the first counts. */
    void watch(ChannelHandlerContext core) {
        ChannelPipeline pipeline = core.pipeline();
        if (pipeline.get(NAME) == null) {
            pipeline.addBefore(core.executor(), HandlerConstants.CORE_HANDLER, NAME, this);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // James takes the session away when the client has gone.
        SMTPSession session = (SMTPSession) context.channel().attr(BasicChannelInboundHandler.SESSION_ATTRIBUTE_KEY).get();
        if (session != null && cause instanceof TooLongFrameException) {
            answer.accept(session);
        } else {
            context.fireExceptionCaught(cause);
        }
    }
}
