package org.smtpguard.james.v381;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import org.apache.james.protocols.netty.HandlerConstants;
import org.smtpguard.james.channel.ReadCounter;
import org.smtpguard.james.channel.SessionThread;

/**
 * Counts the octets read but not yet delivered as lines, if James frames lines on another thread than the session's own: for
 * the first connection to a port, and behind a proxy ({@link OneThread} handles all others). Querying the framer would cost two
 * thread switches at each EHLO, AUTH, STARTTLS and DATA, so octets are counted when they enter and leave it, both on the
 * channel's event loop. Octets of an overlong line are dropped and never delivered; after that, the framer is queried each
 * time.
 */
final class ReadAhead {
    private static final String IN = "smtpguard.in";
    private static final String OUT = "smtpguard.out";

    private long octets;
    private boolean isKnown;

    private ReadAhead() {
    }

    /**
     * Starts counting, on the event loop. The number of octets read before is queried from the framer once, with a task that is
     * queued after the lines in transit.
     */
    static void count(ChannelHandlerContext core) {
        ChannelPipeline pipeline = core.pipeline();
        ChannelHandlerContext framer = pipeline.context(HandlerConstants.FRAMER);
        if (framer == null || core.executor() != core.channel().eventLoop() || framer.executor() == core.executor()) {
            return;
        }
        ReadAhead ahead = new ReadAhead();
        pipeline.addBefore(HandlerConstants.FRAMER, IN, new Counter(ahead::onRead));
        pipeline.addBefore(HandlerConstants.CORE_HANDLER, OUT, new Delivered(ahead));
        SessionThread.execute(framer.executor(), () -> {
            int unfinished = SessionThread.unfinished(framer.handler());
            SessionThread.execute(core.executor(), () -> ahead.onInitialCount(unfinished));
        });
    }

    private void onRead(int count) {
        octets += count;
    }

    /** Lines delivered before the framer's result are not part of the count. */
    private void onDelivered(int count) {
        if (isKnown) {
            octets -= count;
        }
    }

    private void onInitialCount(int unfinished) {
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
            super(ahead::onDelivered);
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
