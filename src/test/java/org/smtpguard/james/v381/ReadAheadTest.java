package org.smtpguard.james.v381;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultEventLoopGroup;
import io.netty.channel.local.LocalChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import org.apache.james.protocols.netty.HandlerConstants;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.smtpguard.james.channel.SessionThread;

class ReadAheadTest {
    private static final int FRAME_LIMIT = 100;

    /** At each line: what it was, and whether nothing was known to stand behind it. */
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
    void aLineThatComesAloneHasNothingBehindIt() {
        connect();
        watch();

        send("EHLO x\r\n");
        awaitSeen("EHLO x: true");
        send("DATA\r\n");

        awaitSeen("EHLO x: true", "DATA: true");
    }

    @Test
    void aLineThatComesInPiecesHasNothingBehindIt() {
        connect();
        watch();

        send("DA");
        send("TA\r\n");

        awaitSeen("DATA: true");
    }

    @Test
    void whatComesWithALineStandsBehindItBeItALineOrNot() {
        connect();
        watch();

        send("EHLO x\r\nMAIL\r\n");
        awaitSeen("EHLO x: false", "MAIL: true");
        send("DATA\r\nSubj");

        awaitSeen("EHLO x: false", "MAIL: true", "DATA: false");
    }

    @Test
    void whatWasReadBeforeTheCountBeganIsNotMissed() {
        connect();
        send("EHLO x\r\nMAI");
        watch();
        send("L\r\nDATA\r\n");

        awaitSeen("EHLO x: false", "MAIL: false", "DATA: true");
    }

    @Test
    void octetsThatTheFramerDropsLeaveTheAnswerUncertain() {
        connect();
        watch();

        send("x".repeat(2 * FRAME_LIMIT) + "\r\n");
        send("DATA\r\n");

        awaitSeen("DATA: false");
    }

    @Test
    void withoutACountNothingIsCertain() {
        connect();

        send("DATA\r\n");

        awaitSeen("DATA: false");
    }

    @Test
    void aFramerOnTheSessionsOwnThreadIsAskedAndNothingIsCounted() {
        connect(loops.next());
        watch();

        send("EHLO x\r\nMAIL\r\n");
        awaitSeen("EHLO x: false", "MAIL: true");
        send("DATA\r\nSubj");

        awaitSeen("EHLO x: false", "MAIL: true", "DATA: false");
        assertThat(channel.pipeline().names()).noneMatch(name -> name.startsWith("smtpguard."));
    }

    private void connect() {
        connect(framers);
    }

    private void connect(EventExecutorGroup cutters) {
        loops.register(channel).syncUninterruptibly();
        channel.pipeline().addLast(cutters, HandlerConstants.FRAMER, new LineBasedFrameDecoder(FRAME_LIMIT, false, false));
        channel.pipeline().addLast(HandlerConstants.CORE_HANDLER, new Core((context, line) ->
            seen.add(line.trim() + ": " + isSettled(context))));
    }

    private static boolean isSettled(ChannelHandlerContext context) {
        return SessionThread.of(context).isSettled();
    }

    private void watch() {
        channel.eventLoop().execute(() -> ReadAhead.count(channel.pipeline().context(HandlerConstants.CORE_HANDLER)));
    }

    private void send(String text) {
        channel.eventLoop().execute(() ->
            channel.pipeline().fireChannelRead(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII)));
    }

    private void awaitSeen(String... lines) {
        Awaitility.await().untilAsserted(() -> assertThat(seen).containsExactly(lines));
    }

    private static final class Core extends ChannelInboundHandlerAdapter {
        private final BiConsumer<ChannelHandlerContext, String> lines;

        private Core(BiConsumer<ChannelHandlerContext, String> lines) {
            this.lines = lines;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf line = (ByteBuf) message;
            lines.accept(context, line.toString(StandardCharsets.US_ASCII));
            line.release();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable expected) {
            // A line too long: James answers it, and goes on.
        }
    }
}
