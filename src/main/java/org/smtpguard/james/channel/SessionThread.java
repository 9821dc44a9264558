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

/**
 * The one thread on which James calls its handlers for a session: the channel's event loop on James 3.8, a thread of the
 * executor group on 3.9 and later. A session's fields are touched nowhere else, which is why none of them is raced.
 *
 * <p>James lends nobody the channel, so it is taken from the transport's field, which 3.8, 3.9 and 3.10 all call
 * {@code channel}. This class is the only one that knows.
 */
public final class SessionThread {
    private static final Field CHANNEL = channelField();
    private static final Method UNFINISHED = unfinishedMethod();

    private final ChannelHandlerContext core;

    private SessionThread(ChannelHandlerContext core) {
        this.core = core;
    }

    /** To be called on that thread, while the session is connected. */
    public static SessionThread of(ProtocolSession session) {
        try {
            ProtocolTransport transport = ((ProtocolSessionImpl) session).getProtocolTransport();
            Channel channel = (Channel) CHANNEL.get(transport);
            return of(channel.pipeline().context(HandlerConstants.CORE_HANDLER));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("The channel of a session cannot be read", e);
        }
    }

    /** Has lines that are longer than the server reads answered so from now on. To be called on that thread. */
    void answer(LongLines lines) {
        lines.watch(core);
    }

    /** @param core the place of James' handler in the connection's pipeline */
    public static SessionThread of(ChannelHandlerContext core) {
        return new SessionThread(core);
    }

    /** Tells where the batches end in which lines are read. To be called on that thread. */
    public void tell(ReadBatches batches) {
        batches.watch(core);
    }

    /** Whether everything that the server has read so far has been delivered, for certain. To be called on that thread. */
    public boolean isSettled() {
        ReadCounter counter = core.pipeline().get(ReadCounter.class);
        if (counter != null) {
            return counter.isSettled();
        }
        ChannelHandlerContext framer = core.pipeline().context(HandlerConstants.FRAMER);
        return framer != null && core.executor() == core.channel().eventLoop() && framer.executor() == core.executor()
            && unfinished(framer.handler()) == 0;
    }

    /** The place of James' handler in the connection's pipeline. */
    public ChannelHandlerContext core() {
        return core;
    }

    /** Runs the task on the thread, after what waits there already. A server that is going down drops it. */
    public void execute(Runnable task) {
        execute(core.executor(), task);
    }

    /** Runs the task on the thread after that time. A server that is going down drops it. */
    void schedule(Runnable task, Duration delay) {
        try {
            core.executor().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // As above: there is nobody left to wait.
        }
    }

    /**
     * Completes, on the thread, when every line that the server has read so far has been delivered; with the number of
     * octets behind the last of them that are no line yet. James 3.8 cuts lines on another thread: the question goes
     * there and back, behind the lines that are under way.
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
            // The event loop has ended, and the connection with it: there is nobody left to answer.
        }
    }

    public static int unfinished(ChannelHandler framer) {
        try {
            return framer instanceof ByteToMessageDecoder ? (int) UNFINISHED.invoke(framer) : 0;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The octets that wait to be a line cannot be counted", e);
        }
    }

    /** Hands James a line as if the client had sent it just now. To be called on the thread. */
    void feed(byte[] line) throws Exception {
        ((ChannelInboundHandler) core.handler()).channelRead(core, Unpooled.wrappedBuffer(line));
    }

    /** Netty keeps for subclasses of its decoder how much waits in it; nothing else tells what was sent behind STARTTLS. */
    private static Method unfinishedMethod() {
        try {
            Method method = ByteToMessageDecoder.class.getDeclaredMethod("actualReadableBytes");
            method.setAccessible(true);
            return method;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("This Netty is not one that the guard knows: its decoder does not tell what waits in it", e);
        }
    }

    private static Field channelField() {
        try {
            Field field = NettyProtocolTransport.class.getDeclaredField("channel");
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("This James is not one that the guard knows: NettyProtocolTransport has no channel", e);
        }
    }
}
