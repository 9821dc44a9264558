package org.smtpguard.james.channel;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.flush.FlushConsolidationHandler;

/**
 * The part of {@link SessionSide} that is on the event loop: counts what is read, and holds flushes while a group of replies is open. One
 * handler for both, since adding one from the session's thread wakes the event loop.
 *
 * <p>Threads: the event loop's, but for what is said of methods.
 */
final class EventLoopSide extends ChannelDuplexHandler {
    static final String NAME = "smtpguard.loop";
    /** An event that is fired before the first read that is counted, and follows all reads before. */
    static final Object COUNTING = new Object();

    /** As many as Netty's own handler holds: what a client sends in one read must not pile up replies. */
    private static final int MAX_HELD = FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES;

    private final Executor eventLoop;
    private final AtomicInteger reads = new AtomicInteger();
    /** Written by the session's thread. */
    private volatile boolean isGroupOpen;
    private int held;
    private boolean isClosing;
    private ChannelHandlerContext context;

    EventLoopSide(Executor eventLoop) {
        this.eventLoop = eventLoop;
    }

    /** The number of reads that have been counted. Call it on any thread. */
    int reads() {
        return reads.get();
    }

    /** Holds flushes from now on. Call it on the session's thread. */
    void openGroup() {
        isGroupOpen = true;
    }

    /** Flushes once, after all replies of the group, if any flush was held. Call it on the session's thread. */
    void closeGroup() {
        isGroupOpen = false;
        SessionThread.execute(eventLoop, this::release);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext next, Object message) {
        if (reads.getAndIncrement() == 0) {
            next.fireUserEventTriggered(COUNTING);
        }
        next.fireChannelRead(message);
    }

    /** James closes a connection by writing an empty buffer. That is flushed immediately, whatever else was read. */
    @Override
    public void write(ChannelHandlerContext next, Object message, ChannelPromise promise) {
        isClosing |= message == Unpooled.EMPTY_BUFFER;
        next.write(message, promise);
    }

    @Override
    public void flush(ChannelHandlerContext next) {
        if (isGroupOpen && !isClosing && held < MAX_HELD) {
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
