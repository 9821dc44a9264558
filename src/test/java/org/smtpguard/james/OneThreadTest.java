package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultEventLoopGroup;
import io.netty.channel.local.LocalChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import org.apache.james.protocols.netty.AllButStartTlsLineBasedChannelHandler;
import org.apache.james.protocols.netty.HandlerConstants;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OneThreadTest {
    private static final int FRAME_LIMIT = 8192;

    private final List<String> seen = new CopyOnWriteArrayList<>();
    /** Threads as James 3.8 has them: lines are cut on one of their own. */
    private final DefaultEventExecutorGroup framers = new DefaultEventExecutorGroup(1);
    private final DefaultEventLoopGroup loops = new DefaultEventLoopGroup(1);
    private final LocalChannel channel = new LocalChannel();

    @AfterEach
    void stop() {
        channel.close().syncUninterruptibly();
        // The loop first: its channels take leave of the framers.
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        framers.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void linesAreCutOnTheEventLoopFromTheFirstMomentWithNothingUnderWay() {
        connect(framer());

        count(true);
        awaitMoved();
        send("EHLO x\r\nMAIL");
        send("\r\n");

        awaitSeen("EHLO x", "MAIL");
        assertThat(channel.pipeline().names()).as("what counted octets").noneMatch(name -> name.startsWith("smtpguard."));
    }

    @Test
    void whatIsUnderWayArrivesInItsOrderFirst() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        connect(framer());
        framers.submit(() -> held.await(1, TimeUnit.MINUTES));
        send("EHLO x\r\nMA");

        count(true);
        send("IL\r\nRCPT\r\n");
        held.countDown();

        awaitSeen("EHLO x", "MAIL", "RCPT");
        awaitMoved();
        send("DATA\r\n");
        awaitSeen("EHLO x", "MAIL", "RCPT", "DATA");
    }

    @Test
    void theRestOfALineThatIsTooLongIsStillDropped() {
        connect(framer());
        send("x".repeat(FRAME_LIMIT + 1));

        count(true);
        send("y".repeat(100) + "\r\nNOOP\r\n");

        awaitSeen("too long", "NOOP");
        assertThat(isMoved()).isFalse();
    }

    @Test
    void theFramerStaysWhereAProxySpeaksFirst() {
        connect(framer());

        count(false);
        send("EHLO x\r\n");

        awaitSeen("EHLO x");
        assertThat(isMoved()).isFalse();
    }

    @Test
    void aFramerThatIsNotOfJamesStays() {
        connect(new LineBasedFrameDecoder(FRAME_LIMIT, false, false));

        count(true);
        send("EHLO x\r\n");

        awaitSeen("EHLO x");
        assertThat(isMoved()).isFalse();
    }

    private ChannelHandler framer() {
        return new AllButStartTlsLineBasedChannelHandler(channel.pipeline(), FRAME_LIMIT, false, "starttls");
    }

    private void connect(ChannelHandler framer) {
        loops.register(channel).syncUninterruptibly();
        channel.pipeline().addLast(framers, HandlerConstants.FRAMER, framer);
        channel.pipeline().addLast(HandlerConstants.CHUNK_HANDLER, new ChannelInboundHandlerAdapter());
        channel.pipeline().addLast(HandlerConstants.CORE_HANDLER, new Core(seen));
    }

    private void count(boolean linesAlone) {
        channel.eventLoop().execute(() -> ReadAhead.count(channel.pipeline().context(HandlerConstants.CORE_HANDLER), linesAlone));
    }

    private void send(String text) {
        channel.eventLoop().execute(() ->
            channel.pipeline().fireChannelRead(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII)));
    }

    private boolean isMoved() {
        return channel.pipeline().context(HandlerConstants.FRAMER).executor() == channel.eventLoop();
    }

    private void awaitMoved() {
        Awaitility.await().until(this::isMoved);
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
