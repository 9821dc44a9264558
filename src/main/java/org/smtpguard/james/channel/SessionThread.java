package org.smtpguard.james.channel;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolSessionImpl;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.netty.HandlerConstants;
import org.apache.james.protocols.netty.NettyProtocolTransport;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * The one thread on which James calls its handlers for a session: the channel's event loop on James 3.8, a thread of the
 * executor group on 3.9 and later. A session's fields are accessed on no other thread, so they need no lock.
 *
 * <p>James does not expose the channel, so it is read from the transport's private field, which is named {@code channel} in
 * 3.8, 3.9 and 3.10.
 */
public final class SessionThread {
    private static final Field CHANNEL = channelField();
    private static final Method UNFINISHED = unfinishedMethod();

    private final ChannelHandlerContext core;

    private SessionThread(ChannelHandlerContext core) {
        this.core = core;
    }

    /** Call it on that thread, while the session is connected. */
    public static SessionThread of(ProtocolSession session) {
        try {
            ProtocolTransport transport = ((ProtocolSessionImpl) session).getProtocolTransport();
            Channel channel = (Channel) CHANNEL.get(transport);
            return of(channel.pipeline().context(HandlerConstants.CORE_HANDLER));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("The channel of a session cannot be read", e);
        }
    }

    /** Installs a handler for overlong lines. Call it on that thread. */
    void install(LongLines lines) {
        lines.install(core);
    }

    /** @param core the context of James' handler in the connection's pipeline */
    public static SessionThread of(ChannelHandlerContext core) {
        return new SessionThread(core);
    }

    /**
     * Counts what is read but not yet delivered as lines, and groups replies, where the event loop is another thread ({@link
     * SessionSide}). Call it on that thread, when the session connects.
     */
    public void watchReads() {
        SessionSide.install(core);
    }

    /** Installs a detector for batches of lines. Call it on that thread. */
    public void install(ReadBatches batches) {
        batches.install(core);
    }

    /** Ends the current batch of lines, if they are detected. Call it on that thread. */
    void endBatch(SMTPSession session) {
        ReadBatches batches = core.pipeline().get(ReadBatches.class);
        if (batches != null) {
            batches.end(session);
        }
    }

    /** Whether all input read so far has certainly been delivered as lines. Call it on that thread. */
    public boolean isSettled() {
        ReadCounter counter = core.pipeline().get(ReadCounter.class);
        if (counter != null) {
            return counter.isSettled();
        }
        ChannelHandlerContext framer = core.pipeline().context(HandlerConstants.FRAMER);
        return framer != null && core.executor() == core.channel().eventLoop() && framer.executor() == core.executor()
            && unfinished(framer.handler()) == 0;
    }

    /** The context of James' handler in the connection's pipeline. */
    public ChannelHandlerContext core() {
        return core;
    }

    /** Queues the task for the thread. It is dropped if the server is shutting down. */
    public void execute(Runnable task) {
        execute(core.executor(), task);
    }

    /** Runs the task on the thread after the delay. It is dropped if the server is shutting down. */
    void schedule(Runnable task, Duration delay) {
        try {
            core.executor().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The connection has ended with its event loop.
        }
    }

    /**
     * Completes on the thread when all lines read so far have been delivered, with the number of octets of an incomplete line
     * after them. James 3.8 frames lines on another thread: a task is sent there and back, after the lines in transit.
     */
    CompletableFuture<Integer> settled() {
        CompletableFuture<Integer> unfinished = new CompletableFuture<>();
        ChannelHandlerContext framer = core.pipeline().context(HandlerConstants.FRAMER);
        if (framer == null) {
            execute(() -> unfinished.complete(0));
        } else {
            execute(framer.executor(), () -> {
                int octets = unfinished(framer.handler());
                execute(() -> unfinished.complete(octets));
            });
        }
        return unfinished;
    }

    public static void execute(Executor executor, Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            // The connection has ended with its event loop.
        }
    }

    public static int unfinished(ChannelHandler framer) {
        try {
            return framer instanceof ByteToMessageDecoder ? (int) UNFINISHED.invoke(framer) : 0;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The octets of an incomplete line cannot be counted", e);
        }
    }

    /** Passes a line to James as if the client had just sent it. Call it on the thread. */
    void feed(byte[] line) throws Exception {
        ((ChannelInboundHandler) core.handler()).channelRead(core, Unpooled.wrappedBuffer(line));
    }

    /** A protected method of Netty's decoder. Only it reveals input sent after STARTTLS that is not yet a line. */
    private static Method unfinishedMethod() {
        try {
            Method method = ByteToMessageDecoder.class.getDeclaredMethod("actualReadableBytes");
            method.setAccessible(true);
            return method;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("Unsupported version of Netty: ByteToMessageDecoder has no actualReadableBytes()", e);
        }
    }

    private static Field channelField() {
        try {
            Field field = NettyProtocolTransport.class.getDeclaredField("channel");
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("Unsupported version of James: NettyProtocolTransport has no field channel", e);
        }
    }
}
