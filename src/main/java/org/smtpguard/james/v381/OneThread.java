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
 * Frames a connection's lines on the thread that reads and handles them, and groups its replies ({@link GroupedReplies}). James
 * 3.8.1 frames lines on another thread: input goes from the event loop to that thread and back, and the information which lines
 * were read together is lost.
 *
 * <p>Threads: installed at a port's listening channel, it adds {@link Installer} to each new connection on that channel's
 * thread. The rest runs on the connection's own event loop before the first octet is read, so no input is in transit between
 * the threads.
 */
@Sharable
final class OneThread extends ChannelInboundHandlerAdapter {
    private static final AttributeKey<OneThread> INSTALLED = AttributeKey.valueOf(OneThread.class.getName());
    private static final Installer INSTALLER = new Installer();
    /** The same as in James' SMTP server. */
    private static final String STARTTLS = "starttls";
    private static final String REPLIES = "smtpguard.replies";

    private OneThread() {
    }

    /**
     * Installs this handler at the port that the connection was accepted at, for all later connections. Thread-safe and
     * idempotent.
     */
    static void installAt(Channel connection) {
        Channel port = connection.parent();
        if (port == null || port.hasAttr(INSTALLED)) {
            return;
        }
        OneThread one = new OneThread();
        if (port.attr(INSTALLED).setIfAbsent(one) == null) {
            port.pipeline().addFirst(one);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object connection) {
        if (connection instanceof Channel) {
            ((Channel) connection).pipeline().addLast(INSTALLER);
        }
        context.fireChannelRead(connection);
    }

    /**
     * Replaces James' framer by an equal one. Does nothing if the pipeline is not that of James 3.8.1, or the PROXY protocol is
     * used.
     */
    private static void replaceFramer(ChannelPipeline pipeline) {
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

    /** Waits until the channel is registered: James has installed the connection's handlers by then. */
    @Sharable
    private static final class Installer extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRegistered(ChannelHandlerContext context) {
            context.pipeline().remove(this);
            replaceFramer(context.pipeline());
            context.fireChannelRegistered();
        }
    }
}
