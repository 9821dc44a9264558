package org.smtpguard.james.v381;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import org.apache.james.protocols.netty.HandlerConstants;
import org.smtpguard.james.channel.ReadCounter;
import org.smtpguard.james.channel.SessionThread;

/**
 * Counts the octets that the server has read of a client and not yet delivered as lines, where James cuts lines on another thread than
 * the session's own: for the first connection to a port, and behind a proxy ({@link OneThread} does all others). To query the line cutter
 * there would cost two changes of threads at each EHLO, AUTH, STARTTLS and DATA; instead the octets are counted on their way into it and
 * out of it. Both ends are counted on the same thread, the channel's event loop. Octets that it drops (a line too long) are never
 * delivered: after that it is queried each time.
 */
final class ReadAhead {
    private static final String IN = "smtpguard.in";
    private static final String OUT = "smtpguard.out";

    private long octets;
    private boolean isKnown;

    private ReadAhead() {
    }

    /**
     * Begins to count, on the event loop. What was read before is not missed: the framer is asked for it once, by a question
     * that goes the way of the lines.
     */
    static void count(ChannelHandlerContext core) {
        ChannelPipeline pipeline = core.pipeline();
        ChannelHandlerContext framer = pipeline.context(HandlerConstants.FRAMER);
        if (framer == null || core.executor() != core.channel().eventLoop() || framer.executor() == core.executor()) {
            return;
        }
        ReadAhead ahead = new ReadAhead();
        pipeline.addBefore(HandlerConstants.FRAMER, IN, new Counter(ahead::read));
        pipeline.addBefore(HandlerConstants.CORE_HANDLER, OUT, new Delivered(ahead));
        SessionThread.execute(framer.executor(), () -> {
            int unfinished = SessionThread.unfinished(framer.handler());
            SessionThread.execute(core.executor(), () -> ahead.known(unfinished));
        });
    }

    private void read(int count) {
        octets += count;
    }

    /** A line that comes before the framer's answer was in it, or out of it, when it was asked: not in the count. */
    private void delivered(int count) {
        if (isKnown) {
            octets -= count;
        }
    }

    private void known(int unfinished) {
        octets += unfinished;
        isKnown = true;
    }

    private static class Counter extends ChannelInboundHandlerAdapter {
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

    private static final class Delivered extends Counter implements ReadCounter {
        private final ReadAhead ahead;

        private Delivered(ReadAhead ahead) {
            super(ahead::delivered);
            this.ahead = ahead;
        }

        @Override
        public boolean isSettled() {
            return ahead.isKnown && ahead.octets == 0;
        }
    }

    private interface Count {
        void add(int octets);
    }
}
