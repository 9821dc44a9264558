package org.smtpguard.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.Test;

class ReplyTest {
    private static final EnhancedStatus STATUS = EnhancedStatus.of("5.5.1");

    @Test
    void noLineIsLongerThan512OctetsWithItsCodeAndCrlf() {
        Reply reply = Reply.of(503, STATUS, List.of("x".repeat(2000)));

        assertThat("503 ".length() + reply.texts().get(0).length() + "\r\n".length()).isEqualTo(512);
        assertThat(reply.texts().get(0)).endsWith("x...");
    }

    @Test
    void whatIsNotPrintableAsciiNeverGetsOut() {
        Reply reply = Reply.of(503, STATUS, List.of("a\r\n250 ok\0\u00e4\u202e"));

        assertThat(reply.texts()).containsExactly("5.5.1 a??250 ok???");
    }

    @Test
    void everyLineCarriesTheEnhancedCode() {
        assertThat(Reply.of(503, STATUS, List.of("one", "two")).texts()).containsExactly("5.5.1 one", "5.5.1 two");
    }

    @Test
    void aReplyHasACodeAndALine() {
        assertThatThrownBy(() -> Reply.of(99, List.of("x"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Reply.of(250, List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EnhancedStatus.of("3.5.1")).isInstanceOf(IllegalArgumentException.class);
    }
}
