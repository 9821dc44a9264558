package org.smtpguard.james.channel;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import org.apache.james.protocols.netty.HandlerConstants;

/**
 * Tells whether all input read has been delivered as lines, where James frames lines on the session's own thread and that is not the
 * event loop: from 3.8.2 on. To ask the framer by a task would be one more turn in a queue at each EHLO, AUTH, STARTTLS and DATA, so
 * what is read is counted when it leaves the event loop ({@link EventLoopSide}) and when it arrives.
 *
 * <p>Threads: the session's own.
 */
final class ReadsInTransit extends ChannelInboundHandlerAdapter implements ReadCounter {
    private static final String NAME = "smtpguard.reads";

    private final EventLoopSide eventLoop;
    private final ChannelHandlerContext framer;
    private boolean isCounting;
    private int arrived;

    private ReadsInTransit(EventLoopSide eventLoop, ChannelHandlerContext framer) {
        this.eventLoop = eventLoop;
        this.framer = framer;
    }

    /** Call it on the session's thread, when it connects. Does nothing where the event loop frames or handles lines. */
    static void count(ChannelHandlerContext core) {
        ChannelPipeline pipeline = core.pipeline();
        EventLoopSide.of(core).filter(side -> pipeline.get(NAME) == null).ifPresent(side -> {
            ChannelHandlerContext framer = pipeline.context(HandlerConstants.FRAMER);
            pipeline.addBefore(framer.executor(), HandlerConstants.FRAMER, NAME, new ReadsInTransit(side, framer));
        });
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == EventLoopSide.COUNTING) {
            isCounting = true;
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (isCounting) {
            arrived++;
        }
        context.fireChannelRead(message);
    }

    @Override
    public boolean isSettled() {
        return isCounting && eventLoop.reads() == arrived && SessionThread.unfinished(framer.handler()) == 0;
    }
}
