package org.smtpguard.james.channel;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.flush.FlushConsolidationHandler;
import org.apache.james.protocols.netty.HandlerConstants;

/**
 * Sends the replies to commands that were read together in one write (RFC 2920 §3.2), where James frames lines on the session's own
 * thread and that is not the event loop: from 3.8.2 on. A command that was read alone costs nothing, and a deferred reply is sent
 * immediately. ({@code james.v381} groups the replies of 3.8.0 and 3.8.1, whose lines it frames on the event loop.)
 *
 * <p>Threads: the session's own opens a group when a line is not the last one of what was read, and closes it at the end of the
 * read. The event loop holds flushes while a group is open, and flushes once for the group: by a task that is queued after all its
 * replies. No outbound handler is on the session's thread, since James writes the reply to STARTTLS on the event loop and begins TLS
 * right after it.
 */
final class ReplyGroups {
    private static final String LINES = "smtpguard.groups";
    private static final String FLUSHES = "smtpguard.flushes";
    /** As many as Netty's own handler holds: what a client sends in one read must not pile up replies. */
    private static final int MAX_HELD = FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES;

    private final Flushes flushes = new Flushes();
    /** Written by the session's thread, read by the event loop. */
    private volatile boolean isOpen;

    private ReplyGroups() {
    }

    /** Call it on the session's thread, when it connects. Does nothing where lines are framed on another thread. */
    static void install(ChannelHandlerContext core) {
        ChannelPipeline pipeline = core.pipeline();
        ChannelHandlerContext framer = pipeline.context(HandlerConstants.FRAMER);
        if (framer == null || framer.executor() != core.executor() || core.executor() == core.channel().eventLoop()
            || pipeline.get(HandlerConstants.CHUNK_HANDLER) == null || pipeline.get(LINES) != null) {
            return;
        }
        ReplyGroups groups = new ReplyGroups();
        pipeline.addBefore(HandlerConstants.CHUNK_HANDLER, FLUSHES, groups.flushes);
        pipeline.addBefore(core.executor(), HandlerConstants.CORE_HANDLER, LINES, groups.new Lines(framer));
    }

    private final class Lines extends ChannelInboundHandlerAdapter {
        private final ChannelHandlerContext framer;

        private Lines(ChannelHandlerContext framer) {
            this.framer = framer;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object line) {
            if (!isOpen && SessionThread.unfinished(framer.handler()) > 0) {
                isOpen = true;
            }
            context.fireChannelRead(line);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            // The handlers behind this one may still reply: a batch ends with this event.
            context.fireChannelReadComplete();
            if (isOpen) {
                isOpen = false;
                Channel channel = context.channel();
                SessionThread.execute(channel.eventLoop(), flushes::release);
            }
        }
    }

    private final class Flushes extends ChannelOutboundHandlerAdapter {
        private int held;
        private boolean isClosing;
        private ChannelHandlerContext context;

        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            context = added;
        }

        /** James closes a connection by writing an empty buffer. That is flushed immediately, whatever else was read. */
        @Override
        public void write(ChannelHandlerContext next, Object message, ChannelPromise promise) {
            isClosing |= message == Unpooled.EMPTY_BUFFER;
            next.write(message, promise);
        }

        @Override
        public void flush(ChannelHandlerContext next) {
            if (isOpen && !isClosing && held < MAX_HELD) {
                held++;
            } else {
                held = 0;
                next.flush();
            }
        }

        private void release() {
            if (held > 0) {
                held = 0;
                context.flush();
            }
        }
    }
}
