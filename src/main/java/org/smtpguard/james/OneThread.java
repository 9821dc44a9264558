package org.smtpguard.james;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import org.apache.james.protocols.netty.AbstractChannelPipelineFactory;
import org.apache.james.protocols.netty.AllButStartTlsLineBasedChannelHandler;
import org.apache.james.protocols.netty.HandlerConstants;

/**
 * Cuts a connection's lines on the thread that reads them and handles them. James 3.8 has another cut them, between the two: what
 * a client sends goes from the event loop to that thread and back, two changes of threads for some nanoseconds of work.
 *
 * <p>Called on the event loop, when nothing is under way between the three.
 */
final class OneThread {
    /** As James' own port for SMTP has it. */
    private static final String STARTTLS = "starttls";

    private OneThread() {
    }

    /**
     * Puts a framer like James' in its place. Leaves alone what is not as James 3.8 has it.
     *
     * @return whether it did
     */
    static boolean cutLines(ChannelPipeline pipeline) {
        ChannelHandlerContext framer = pipeline.context(HandlerConstants.FRAMER);
        // The pipeline of a connection that has ended is taken apart, handler by handler.
        if (framer == null || !pipeline.channel().isRegistered() || framer.executor() == pipeline.channel().eventLoop()
            || framer.handler().getClass() != AllButStartTlsLineBasedChannelHandler.class) {
            return false;
        }
        pipeline.remove(framer.handler());
        pipeline.addBefore(HandlerConstants.CHUNK_HANDLER, HandlerConstants.FRAMER, new AllButStartTlsLineBasedChannelHandler(pipeline,
            AbstractChannelPipelineFactory.MAX_LINE_LENGTH, false, STARTTLS));
        return true;
    }
}
