package org.smtpguard.james;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.TooLongFrameException;
import org.apache.james.protocols.netty.HandlerConstants;

/**
 * Lines that are longer than the framer takes. It drops them and tells so in their place; left to James, that is
 * answered at once: past every line handler, and in front of replies that others still wait for.
 *
 * <p>Runs on the session's own thread.
 */
final class LongLines extends ChannelInboundHandlerAdapter {
    private static final String NAME = "smtpguard.long";

    private final Runnable answer;

    private LongLines(Runnable answer) {
        this.answer = answer;
    }

    /** Has the answer given in place of James' own, from now on; of several answers the first counts. */
    static void watch(ChannelHandlerContext core, Runnable answer) {
        ChannelPipeline pipeline = core.pipeline();
        if (pipeline.get(NAME) == null) {
            pipeline.addBefore(core.executor(), HandlerConstants.CORE_HANDLER, NAME, new LongLines(answer));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof TooLongFrameException) {
            answer.run();
        } else {
            context.fireExceptionCaught(cause);
        }
    }
}
