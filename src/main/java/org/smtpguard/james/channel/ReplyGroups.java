package org.smtpguard.james.channel;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import org.apache.james.protocols.netty.HandlerConstants;

/**
 * Sends the replies to commands that were read together in one write (RFC 2920 §3.2), where James frames lines on the session's own
 * thread and that is not the event loop: from 3.8.2 on. A command that was read alone costs nothing, and a deferred reply is sent
 * immediately. ({@code james.v381} groups the replies of 3.8.0 and 3.8.1, whose lines it frames on the event loop.)
 *
 * <p>Threads: the session's own opens a group when a line is not the last one of what was read, and closes it at the end of the
 * read. The event loop holds flushes while a group is open, and flushes once for the group ({@link EventLoopSide}): by a task that is
 * queued after all its replies. No outbound handler is on the session's thread, since James writes the reply to STARTTLS on the event
 * loop and begins TLS right after it.
 */
final class ReplyGroups extends ChannelInboundHandlerAdapter {
    private static final String NAME = "smtpguard.groups";

    private final EventLoopSide eventLoop;
    private final ChannelHandlerContext framer;

    private ReplyGroups(EventLoopSide eventLoop, ChannelHandlerContext framer) {
        this.eventLoop = eventLoop;
        this.framer = framer;
    }

    /** Call it on the session's thread, when it connects. Does nothing where the event loop frames or handles lines. */
    static void install(ChannelHandlerContext core) {
        ChannelPipeline pipeline = core.pipeline();
        EventLoopSide.of(core).filter(side -> pipeline.get(NAME) == null).ifPresent(side -> pipeline.addBefore(core.executor(),
            HandlerConstants.CORE_HANDLER, NAME, new ReplyGroups(side, pipeline.context(HandlerConstants.FRAMER))));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object line) {
        if (!eventLoop.isGroupOpen() && SessionThread.unfinished(framer.handler()) > 0) {
            eventLoop.openGroup();
        }
        context.fireChannelRead(line);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        // The handlers behind this one may still reply: a batch ends with this event.
        context.fireChannelReadComplete();
        if (eventLoop.isGroupOpen()) {
            eventLoop.closeGroup();
        }
    }
}
