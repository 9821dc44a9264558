package org.smtpguard.james;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.util.AttributeKey;
import org.apache.james.protocols.netty.HandlerConstants;

/**
 * How many octets the server has read of a client and not delivered as lines yet: counted on their way into the framer and
 * on their way out of it. Where that is none, nothing was sent behind the line at hand, and nobody has to go and ask the
 * framer, which on James 3.8 costs two changes of threads at each EHLO, AUTH, STARTTLS and DATA.
 *
 * <p>Both ends are counted on the same thread, the channel's event loop; where James calls its handlers on another (3.9
 * and later) nothing is counted. Octets that the framer drops (a line too long) are never delivered: from then on the framer
 * is asked each time.
 *
 * <p>The first time that nothing is on that way, the framer comes to the event loop ({@link OneThread}), and there is no other
 * thread on it any more.
 */
final class ReadAhead {
    private static final AttributeKey<ReadAhead> KEY = AttributeKey.valueOf(ReadAhead.class.getName());

    private final ChannelPipeline pipeline;
    private long octets;
    private boolean isKnown;
    private boolean isToMove;

    private ReadAhead(ChannelPipeline pipeline, boolean isToMove) {
        this.pipeline = pipeline;
        this.isToMove = isToMove;
    }

    /**
     * Begins to count, on the event loop. What was read before is not missed: the framer is asked for it once, by a question
     * that goes the way of the lines.
     *
     * @param linesAlone whether nothing but lines comes that way: a proxy's message is not counted
     */
    static void count(ChannelHandlerContext core, boolean linesAlone) {
        ChannelPipeline pipeline = core.pipeline();
        ChannelHandlerContext framer = pipeline.context(HandlerConstants.FRAMER);
        if (framer == null || core.executor() != core.channel().eventLoop()) {
            return;
        }
        ReadAhead ahead = new ReadAhead(pipeline, linesAlone);
        core.channel().attr(KEY).set(ahead);
        pipeline.addBefore(HandlerConstants.FRAMER, "smtpguard.in", new Counter(ahead::read));
        pipeline.addBefore(HandlerConstants.CORE_HANDLER, "smtpguard.out", new Counter(ahead::delivered));
        SessionThread.execute(framer.executor(), () -> {
            int unfinished = SessionThread.unfinished(framer.handler());
            SessionThread.execute(core.executor(), () -> ahead.known(unfinished));
        });
    }

    /** Whether there is certainly nothing, to be asked on the session's thread. */
    static boolean isNothing(ChannelHandlerContext core) {
        ReadAhead ahead = core.channel().attr(KEY).get();
        return ahead != null && ahead.isKnown && ahead.octets == 0;
    }

    /** These octets, which were delivered, are about to be delivered anew. */
    static void putBack(ChannelHandlerContext core, int count) {
        ReadAhead ahead = core.channel().attr(KEY).get();
        if (ahead != null) {
            ahead.read(count);
        }
    }

    private void read(int count) {
        octets += count;
    }

    /** A line that comes before the framer's answer was in it, or out of it, when it was asked: not in the count. */
    private void delivered(int count) {
        if (isKnown) {
            octets -= count;
            move();
        }
    }

    private void known(int unfinished) {
        octets += unfinished;
        isKnown = true;
        move();
    }

    private void move() {
        if (isToMove && octets == 0) {
            isToMove = false;
            OneThread.cutLines(pipeline);
        }
    }

    private static final class Counter extends ChannelInboundHandlerAdapter {
        private final Count count;

        private Counter(Count count) {
            this.count = count;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof ByteBuf) {
                count.add(((ByteBuf) message).readableBytes());
            }
            context.fireChannelRead(message);
        }
    }

    private interface Count {
        void add(int octets);
    }
}
