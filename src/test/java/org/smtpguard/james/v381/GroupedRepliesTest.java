package org.smtpguard.james.v381;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import org.junit.jupiter.api.Test;

class GroupedRepliesTest {
    private final List<String> sent = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(new Wire(sent), new GroupedReplies(), new LineBasedFrameDecoder(100),
        new James());

    @Test
    void repliesToCommandsThatWereReadAtOnceGoOutAtOnce() {
        send("MAIL\r\nRCPT\r\nRCPT\r\nDATA\r\n");

        assertThat(sent).containsExactly("re MAIL, re RCPT, re RCPT, re DATA");
    }

    @Test
    void theReplyToACommandThatCameAloneGoesOutByItself() {
        send("MAIL\r\n");
        send("RCPT\r\n");

        assertThat(sent).containsExactly("re MAIL", "re RCPT");
    }

    @Test
    void aReplyThatComesLaterWaitsForNothing() {
        send("MAIL\r\n");
        channel.pipeline().lastContext().writeAndFlush("later");

        assertThat(sent).containsExactly("re MAIL", "later");
    }

    @Test
    void theEndOfTheConnectionDoesNotWaitForWhatWasReadBehindIt() {
        send("MAIL\r\nQUIT\r\nRCPT\r\n");

        assertThat(sent).containsExactly("re MAIL, re QUIT");
        assertThat(channel.isOpen()).isFalse();
    }

    private void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    /** Answers each line, and hangs up as James does. */
    private static final class James extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf line = (ByteBuf) message;
            String command = line.toString(StandardCharsets.US_ASCII);
            line.release();
            context.writeAndFlush("re " + command);
            if ("QUIT".equals(command)) {
                context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
        }
    }

    /** Notes what goes out with each flush. */
    private static final class Wire extends ChannelOutboundHandlerAdapter {
        private final List<String> sent;
        private final List<String> written = new ArrayList<>();

        private Wire(List<String> sent) {
            this.sent = sent;
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (context.channel().isOpen() && message != Unpooled.EMPTY_BUFFER) {
                written.add(message.toString());
            }
            context.write(message, promise);
        }

        @Override
        public void flush(ChannelHandlerContext context) {
            if (!written.isEmpty()) {
                sent.add(String.join(", ", written));
                written.clear();
            }
            context.flush();
        }
    }
}
