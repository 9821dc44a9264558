package org.smtpguard.james;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import org.apache.james.protocols.netty.HandlerConstants;

/**
 * How many octets the server has read of a client and not delivered as lines yet. Where that is none, nothing was sent behind
 * the line at hand. A framer on the session's own thread tells it at once: what waits in it is all ({@link OneThread}).
 *
 * <p>One on another thread, as James 3.8 has it, would have to be asked, which costs two changes of threads at each EHLO, AUTH,
 * STARTTLS and DATA: there, for the first connection to a port and behind a proxy, the octets are counted on their way into it and
 * out of it. Both ends are counted on the same thread, the channel's event loop. Octets that it drops (a line too long) are never
 * delivered: from then on it is asked each time. Where James calls its handlers on another thread than it reads on (3.9 and later),
 * nothing is certain.
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
        pipeline.addBefore(HandlerConstants.FRAMER, IN, new Counter(ahead, ahead::read));
        pipeline.addBefore(HandlerConstants.CORE_HANDLER, OUT, new Counter(ahead, ahead::delivered));
        SessionThread.execute(framer.executor(), () -> {
            int unfinished = SessionThread.unfinished(framer.handler());
            SessionThread.execute(core.executor(), () -> ahead.known(unfinished));
        });
    }

    /** Whether there is certainly nothing, to be asked on the session's thread. */
    static boolean isNothing(ChannelHandlerContext core) {
        ChannelHandler out = core.pipeline().get(OUT);
        if (out != null) {
            ReadAhead ahead = ((Counter) out).ahead;
            return ahead.isKnown && ahead.octets == 0;
        }
        ChannelHandlerContext framer = core.pipeline().context(HandlerConstants.FRAMER);
        return framer != null && core.executor() == core.channel().eventLoop() && framer.executor() == core.executor()
            && SessionThread.unfinished(framer.handler()) == 0;
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

    private static final class Counter extends ChannelInboundHandlerAdapter {
        private final ReadAhead ahead;
        private final Count count;

        private Counter(ReadAhead ahead, Count count) {
            this.ahead = ahead;
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
