package org.smtpguard.james.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.Unpooled;
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

/** A connection as James has it from 3.8.2 on: lines are framed and handled on a thread of the session, and written on the event loop. */
@Timeout(60)
class SessionSideGroupsTest {
    private final EventExecutor session = new DefaultEventExecutor();
    private final List<String> sent = new ArrayList<>();
    private final EmbeddedChannel connection = new EmbeddedChannel(new FlushedReplies(sent));

    @BeforeEach
    void connect() {
        connection.pipeline().addLast(HandlerConstants.CHUNK_HANDLER, new ChunkedWriteHandler());
        connection.pipeline().addLast(session, HandlerConstants.FRAMER, new LineBasedFrameDecoder(100));
        connection.pipeline().addLast(session, HandlerConstants.CORE_HANDLER, new AnsweringHandler());
        onSessionThread(() -> SessionSide.install(connection.pipeline().context(HandlerConstants.CORE_HANDLER)));
    }

    @AfterEach
    void end() {
        connection.close();
        session.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    @Test
    void repliesToCommandsThatWereReadAtOnceGoOutAtOnce() {
        read("MAIL\r\nRCPT\r\nRCPT\r\nDATA\r\n");

        assertThat(sent).containsExactly("re MAIL, re RCPT, re RCPT, re DATA");
    }

    @Test
    void theReplyToACommandThatCameAloneGoesOutByItself() {
        read("MAIL\r\n");
        read("RCPT\r\n");

        assertThat(sent).containsExactly("re MAIL", "re RCPT");
    }

    @Test
    void aClientThatSendsManyCommandsAtOnceDoesNotPileUpReplies() {
        read("NOOP\r\n".repeat(1000));

        assertThat(sent).hasSize(4);
    }

    @Test
    void anEmptyReadIsNoGroup() {
        read("");
        read("MAIL\r\n");

        assertThat(sent).containsExactly("re MAIL");
        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    void aLineThatIsNotCompleteHoldsNothingBack() {
        read("MAIL\r\nRC");
        assertThat(sent).containsExactly("re MAIL");

        read("PT\r\n");
        assertThat(sent).containsExactly("re MAIL", "re RCPT");
    }

    @Test
    void aReplyThatComesLaterWaitsForNothing() {
        read("MAIL\r\nRCPT\r\n");
        onSessionThread(() -> connection.pipeline().lastContext().writeAndFlush("later"));
        connection.runPendingTasks();

        assertThat(sent).containsExactly("re MAIL, re RCPT", "later");
    }

    @Test
    void theEndOfTheConnectionDoesNotWaitForWhatWasReadBehindIt() {
        read("MAIL\r\nQUIT\r\nRCPT\r\n");

        assertThat(String.join(", ", sent)).startsWith("re MAIL, re QUIT");
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void nothingIsInstalledTwiceNorWhereTheEventLoopFramesLines() {
        onSessionThread(() -> SessionSide.install(connection.pipeline().context(HandlerConstants.CORE_HANDLER)));
        read("MAIL\r\nRCPT\r\n");
        EmbeddedChannel older = new EmbeddedChannel();
        older.pipeline().addLast(HandlerConstants.FRAMER, new LineBasedFrameDecoder(100));
        older.pipeline().addLast(HandlerConstants.CORE_HANDLER, new AnsweringHandler());
        List<String> before = older.pipeline().names();
        SessionSide.install(older.pipeline().context(HandlerConstants.CORE_HANDLER));

        assertThat(sent).containsExactly("re MAIL, re RCPT");
        assertThat(older.pipeline().names()).isEqualTo(before);
    }

    /** Returns when everything that follows from it is done. */
    private void read(String text) {
        connection.writeInbound(Unpooled.buffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII)));
        onSessionThread(() -> { });
        connection.runPendingTasks();
    }

    private void onSessionThread(Runnable task) {
        await().until(session.submit(task)::isDone);
        connection.runPendingTasks();
    }
}
