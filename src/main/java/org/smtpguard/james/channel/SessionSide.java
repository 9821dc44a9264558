package org.smtpguard.james.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import org.apache.james.protocols.netty.HandlerConstants;

/**
 * What the guard does in front of James' framer where that runs on the session's own thread and the event loop is another: from 3.8.2 on.
 * It is called for what was read, not for each line.
 * <ul>
 * <li>It tells whether all input read has been delivered as lines: what is read is counted when it leaves the event loop ({@link
 * EventLoopSide}) and when it arrives. To ask the framer by a task would be one more turn in a queue at each EHLO, AUTH, STARTTLS and DATA.
 * <li>The replies to commands that were read together are sent in one write (RFC 2920 §3.2): a group is open from a read that is more
 * than one line to the end of reading. The event loop holds flushes meanwhile, and then flushes once, by a task that is queued after all
 * replies. A deferred reply is sent immediately. No outbound handler is on the session's thread, since James writes the reply to STARTTLS
 * on the event loop and begins TLS right after it. ({@code james.v381} groups replies on 3.8.0 and 3.8.1.)
 * </ul>
 *
 * <p>Threads: the session's own.
 */
final class SessionSide extends ChannelInboundHandlerAdapter implements ReadCounter {
    private static final String NAME = "smtpguard.session";

    private final EventLoopSide eventLoop;
    private final ChannelHandlerContext framer;
    private boolean isCounting;
    private int arrived;
    private boolean isGroupOpen;

    private SessionSide(EventLoopSide eventLoop, ChannelHandlerContext framer) {
        this.eventLoop = eventLoop;
        this.framer = framer;
    }

    /** Call it on the session's thread, when it connects. Does nothing where the event loop frames or handles lines. */
    static void install(ChannelHandlerContext core) {
        ChannelPipeline pipeline = core.pipeline();
        ChannelHandlerContext framer = pipeline.context(HandlerConstants.FRAMER);
        if (framer == null || framer.executor() != core.executor() || core.executor() == core.channel().eventLoop()
            || pipeline.get(HandlerConstants.CHUNK_HANDLER) == null || pipeline.get(NAME) != null) {
            return;
        }
        EventLoopSide eventLoop = new EventLoopSide(core.channel().eventLoop());
        pipeline.addBefore(HandlerConstants.CHUNK_HANDLER, EventLoopSide.NAME, eventLoop);
        pipeline.addBefore(framer.executor(), HandlerConstants.FRAMER, NAME, new SessionSide(eventLoop, framer));
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
        if (!isGroupOpen && message instanceof ByteBuf && hasMoreThanOneLine((ByteBuf) message)) {
            isGroupOpen = true;
            eventLoop.openGroup();
        }
        context.fireChannelRead(message);
    }

    private static boolean hasMoreThanOneLine(ByteBuf octets) {
        // Netty searches backwards if the end is before the beginning.
        return octets.isReadable() && octets.indexOf(octets.readerIndex(), octets.writerIndex() - 1, (byte) '\n') >= 0;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        // The handlers behind this one may still reply: a batch ends with this event.
        context.fireChannelReadComplete();
        if (isGroupOpen) {
            isGroupOpen = false;
            eventLoop.closeGroup();
        }
    }

    @Override
    public boolean isSettled() {
        return isCounting && eventLoop.reads() == arrived && SessionThread.unfinished(framer.handler()) == 0;
    }
}
