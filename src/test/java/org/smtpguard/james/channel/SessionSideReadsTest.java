package org.smtpguard.james.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import org.apache.james.protocols.netty.HandlerConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection as James has it from 3.8.2 on: lines are read on the event loop, and framed and handled on a thread of the session. */
@Timeout(60)
class SessionSideReadsTest {
    private final EventExecutor session = new DefaultEventExecutor();
    private final EmbeddedChannel connection = new EmbeddedChannel();
    private final CountDownLatch nextIsRead = new CountDownLatch(1);
    /** Each line, and whether nothing was known to follow it when it was handled. */
    private final List<String> handled = new CopyOnWriteArrayList<>();

    @BeforeEach
    void connect() {
        connection.pipeline().addLast(HandlerConstants.CHUNK_HANDLER, new ChunkedWriteHandler());
        connection.pipeline().addLast(session, HandlerConstants.FRAMER, new LineBasedFrameDecoder(100));
        connection.pipeline().addLast(session, HandlerConstants.CORE_HANDLER, new James());
    }

    @AfterEach
    void end() {
        connection.close();
        session.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    @Test
    void nothingFollowsALineThatCameAlone() {
        count();
        read("EHLO\r\n");
        handles("EHLO: settled");

        read("MAIL\r\n");
        handles("EHLO: settled", "MAIL: settled");
    }

    @Test
    void linesAndPartsOfLinesThatCameInTheSameReadFollow() {
        count();
        read("MAIL\r\nDATA\r\n");
        handles("MAIL: followed", "DATA: settled");

        read("AUTH\r\nAb");
        handles("MAIL: followed", "DATA: settled", "AUTH: followed");

        read("c\r\n");
        handles("MAIL: followed", "DATA: settled", "AUTH: followed", "Abc: settled");
    }

    @Test
    void aLineThatWasReadWhileTheFirstIsHandledFollowsIt() {
        count();
        read("WAIT\r\n");
        read("MAIL\r\n");
        nextIsRead.countDown();

        handles("WAIT: followed", "MAIL: settled");
    }

    @Test
    void whatWasReadBeforeTheCountingLeavesItOpen() {
        read("WAIT\r\n");
        read("MAIL\r\n");
        SessionSide.install(connection.pipeline().context(HandlerConstants.CORE_HANDLER));
        nextIsRead.countDown();
        handles("WAIT: followed", "MAIL: followed");

        read("RCPT\r\n");
        handles("WAIT: followed", "MAIL: followed", "RCPT: settled");
    }

    @Test
    void nothingIsInstalledTwiceNorWhereTheEventLoopFramesLines() {
        count();
        List<String> once = connection.pipeline().names();
        count();
        EmbeddedChannel older = new EmbeddedChannel();
        older.pipeline().addLast(HandlerConstants.FRAMER, new LineBasedFrameDecoder(100));
        older.pipeline().addLast(HandlerConstants.CORE_HANDLER, new James());
        List<String> before = older.pipeline().names();
        SessionSide.install(older.pipeline().context(HandlerConstants.CORE_HANDLER));

        assertThat(connection.pipeline().names()).isEqualTo(once);
        assertThat(older.pipeline().names()).isEqualTo(before);
    }

    private void count() {
        SessionSide.install(connection.pipeline().context(HandlerConstants.CORE_HANDLER));
    }

    private void read(String text) {
        connection.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private void handles(String... lines) {
        await().untilAsserted(() -> assertThat(handled).containsExactly(lines));
    }

    private final class James extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf line) throws InterruptedException {
            String command = line.toString(StandardCharsets.US_ASCII);
            if ("WAIT".equals(command)) {
                nextIsRead.await();
            }
            handled.add(command + (SessionThread.of(context).isSettled() ? ": settled" : ": followed"));
        }
    }
}
