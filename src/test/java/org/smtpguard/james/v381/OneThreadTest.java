package org.smtpguard.james.v381;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.DefaultEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import org.apache.james.protocols.netty.AllButStartTlsLineBasedChannelHandler;
import org.apache.james.protocols.netty.HandlerConstants;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OneThreadTest {
    private static final int FRAME_LIMIT = 8192;
    private static final LocalAddress ADDRESS = new LocalAddress(OneThreadTest.class);

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    /** Threads as James 3.8 has them: lines are cut on one of their own. */
    private final DefaultEventExecutorGroup framers = new DefaultEventExecutorGroup(1);
    private final DefaultEventLoopGroup loops = new DefaultEventLoopGroup(1);
    private boolean isBehindProxy;

    @AfterEach
    void stop() {
        // The loop first: its channels take leave of the framers.
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        framers.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void ofTheFirstConnectionToAPortTheFramerStaysAndOfThoseAfterItComesToTheEventLoop() throws InterruptedException {
        listen(null, OneThreadTest::framerOfJames);
        connect("EHLO first\r\n");
        Channel first = accepted.take();
        awaitSeen("EHLO first");

        OneThread.installAt(first);
        connect("EHLO x\r\nMA", "IL\r\n");
        Channel second = accepted.take();
        connect("EHLO y\r\n");
        Channel third = accepted.take();

        awaitSeen("EHLO first", "EHLO x", "MAIL", "EHLO y");
        assertThat(List.of(isOnEventLoop(first), isOnEventLoop(second), isOnEventLoop(third))).containsExactly(false, true, true);
        assertThat(second.pipeline().names()).startsWith("smtpguard.replies", HandlerConstants.FRAMER,
            HandlerConstants.CHUNK_HANDLER, HandlerConstants.CORE_HANDLER);
    }

    @Test
    void whoeverAsksAgainChangesNothing() throws InterruptedException {
        listen(null, OneThreadTest::framerOfJames);
        connect();
        Channel first = accepted.take();

        OneThread.installAt(first);
        List<String> once = settledNames(first.parent());
        OneThread.installAt(first);

        assertThat(settledNames(first.parent())).isEqualTo(once);
    }

    @Test
    void aLineThatIsTooLongIsReportedOnceAndItsRestDropped() throws InterruptedException {
        listen(null, OneThreadTest::framerOfJames);
        beginWithOne();

        connect("x".repeat(FRAME_LIMIT + 100), "y".repeat(100) + "\r\nNOOP\r\n");

        assertThat(isOnEventLoop(accepted.take())).isTrue();
        awaitSeen("too long", "NOOP");
    }

    @Test
    void theFramerStaysWhereAProxySpeaksFirst() throws InterruptedException {
        isBehindProxy = true;
        listen(null, OneThreadTest::framerOfJames);
        beginWithOne();

        connect("EHLO x\r\n");

        awaitSeen("EHLO x");
        assertThat(isOnEventLoop(accepted.take())).isFalse();
    }

    @Test
    void aFramerThatIsNotOfJamesStays() throws InterruptedException {
        listen(null, pipeline -> new LineBasedFrameDecoder(FRAME_LIMIT, false, false));
        beginWithOne();

        connect("EHLO x\r\n");

        awaitSeen("EHLO x");
        assertThat(isOnEventLoop(accepted.take())).isFalse();
    }

    @Test
    void theFramerStaysWhereCommandsAreHandledOnItsThreadsToo() throws InterruptedException {
        listen(framers, OneThreadTest::framerOfJames);
        beginWithOne();

        connect("EHLO x\r\n");

        awaitSeen("EHLO x");
        assertThat(isOnEventLoop(accepted.take())).isFalse();
    }

    @Test
    void aConnectionThatCameToNoPortHasNoneAfterIt() {
        LocalChannel alone = new LocalChannel();

        OneThread.installAt(alone);

        assertThat(alone.pipeline().names()).hasSize(1);
    }

    private static ChannelHandler framerOfJames(ChannelPipeline pipeline) {
        return new AllButStartTlsLineBasedChannelHandler(pipeline, FRAME_LIMIT, false, "starttls");
    }

    private void listen(EventExecutorGroup commands, Function<ChannelPipeline, ChannelHandler> framer) {
        new ServerBootstrap().group(loops).channel(LocalServerChannel.class).childHandler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                ChannelPipeline pipeline = channel.pipeline();
                if (isBehindProxy) {
                    pipeline.addLast(HandlerConstants.PROXY_HANDLER, new ChannelInboundHandlerAdapter());
                }
                pipeline.addLast(framers, HandlerConstants.FRAMER, framer.apply(pipeline));
                pipeline.addLast(HandlerConstants.CHUNK_HANDLER, new ChannelInboundHandlerAdapter());
                pipeline.addLast(commands, HandlerConstants.CORE_HANDLER, new Core(seen));
                accepted.add(channel);
            }
        }).bind(ADDRESS).syncUninterruptibly();
    }

    private void beginWithOne() throws InterruptedException {
        connect();
        OneThread.installAt(accepted.take());
    }

    private void connect(String... pieces) {
        Channel client = new Bootstrap().group(loops).channel(LocalChannel.class).handler(new ChannelInboundHandlerAdapter())
            .connect(ADDRESS).syncUninterruptibly().channel();
        for (String piece : pieces) {
            client.writeAndFlush(Unpooled.copiedBuffer(piece, StandardCharsets.US_ASCII)).syncUninterruptibly();
        }
    }

    private List<String> settledNames(Channel port) {
        // A task behind whatever waits to be done to the pipeline.
        loops.submit(() -> { }).syncUninterruptibly();
        return port.pipeline().names();
    }

    private static boolean isOnEventLoop(Channel channel) {
        return channel.pipeline().context(HandlerConstants.FRAMER).executor() == channel.eventLoop();
    }

    private void awaitSeen(String... lines) {
        Awaitility.await().untilAsserted(() -> assertThat(seen).containsExactly(lines));
    }

    private static final class Core extends ChannelInboundHandlerAdapter {
        private final List<String> seen;

        private Core(List<String> seen) {
            this.seen = seen;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf line = (ByteBuf) message;
            seen.add(line.toString(StandardCharsets.US_ASCII).trim());
            line.release();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            seen.add(cause instanceof TooLongFrameException ? "too long" : cause.toString());
        }
    }
}
