package org.smtpguard.james.v381;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import org.junit.jupiter.api.Test;
import org.smtpguard.james.channel.AnsweringHandler;
import org.smtpguard.james.channel.FlushedReplies;

class GroupedRepliesTest {
    private final List<String> sent = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(new FlushedReplies(sent), new GroupedReplies(),
        new LineBasedFrameDecoder(100), new AnsweringHandler());

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
}
