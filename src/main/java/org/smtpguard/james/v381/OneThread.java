package org.smtpguard.james.v381;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.util.AttributeKey;
import org.apache.james.protocols.netty.AbstractChannelPipelineFactory;
import org.apache.james.protocols.netty.AllButStartTlsLineBasedChannelHandler;
import org.apache.james.protocols.netty.HandlerConstants;

/**
 * Cuts a connection's lines on the thread that reads them and handles them, and sends its replies by groups ({@link GroupedReplies}).
 * James 3.8 has another thread cut lines, between the two: what a client sends goes from the event loop to that thread and back, two
 * changes of threads for some nanoseconds of work, and after that nobody knows any more what was read at once.
 *
 * <p>Stands at a port's listening channel, on whose thread it lets {@link Arrival} into each new connection; the rest is done on the
 * connection's own event loop, before the first octet is read: nothing can be under way between the threads, and nothing is overtaken.
 */
@Sharable
final class OneThread extends ChannelInboundHandlerAdapter {
    private static final AttributeKey<OneThread> STANDING = AttributeKey.valueOf(OneThread.class.getName());
    private static final Arrival ARRIVAL = new Arrival();
    /** As James' own port for SMTP has it. */
    private static final String STARTTLS = "starttls";
    private static final String REPLIES = "smtpguard.replies";

    private OneThread() {
    }

    /** Has it so for all connections that will come to the port at which this one has come. From any thread, any number of times. */
    static void forThoseAfter(Channel connection) {
        Channel port = connection.parent();
        if (port == null || port.hasAttr(STANDING)) {
            return;
        }
        OneThread one = new OneThread();
        if (port.attr(STANDING).setIfAbsent(one) == null) {
            port.pipeline().addFirst(one);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object connection) {
        if (connection instanceof Channel) {
            ((Channel) connection).pipeline().addLast(ARRIVAL);
        }
        context.fireChannelRead(connection);
    }

    /** Puts a framer like James' in its place. Leaves alone what is not as James 3.8 has it, and lines behind a proxy's message. */
    private static void cutLines(ChannelPipeline pipeline) {
        ChannelHandlerContext framer = pipeline.context(HandlerConstants.FRAMER);
        ChannelHandlerContext core = pipeline.context(HandlerConstants.CORE_HANDLER);
        if (framer == null || core == null || core.executor() != pipeline.channel().eventLoop() || framer.executor() == core.executor()
            || pipeline.get(HandlerConstants.PROXY_HANDLER) != null || pipeline.get(HandlerConstants.CHUNK_HANDLER) == null
            || framer.handler().getClass() != AllButStartTlsLineBasedChannelHandler.class) {
            return;
        }
        pipeline.remove(framer.handler());
        pipeline.addBefore(HandlerConstants.CHUNK_HANDLER, REPLIES, new GroupedReplies());
        pipeline.addBefore(HandlerConstants.CHUNK_HANDLER, HandlerConstants.FRAMER, new AllButStartTlsLineBasedChannelHandler(pipeline,
            AbstractChannelPipelineFactory.MAX_LINE_LENGTH, false, STARTTLS));
    }

    /** Waits in front of a connection's handlers until James has put them there, which it has when the channel is registered. */
    @Sharable
    private static final class Arrival extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRegistered(ChannelHandlerContext context) {
            context.pipeline().remove(this);
            cutLines(context.pipeline());
            context.fireChannelRegistered();
        }
    }
}
