package org.smtpguard.james.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.smtp.SMTPConfigurationImpl;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.SMTPSessionImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentTest {
    private final SMTPSession session = new SMTPSessionImpl(mock(ProtocolTransport.class), new SMTPConfigurationImpl());
    private final Content content = Content.begin(session);

    /** What a client sends behind DATA, what James reads of it as the message, and what is left. CR is shown as ^, LF as $. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // Only CRLF.CRLF ends it.
        "a^$.^$QUIT^$      | a^$.^$          | QUIT^$",
        "a$.$b^$.^$QUIT^$  | a^$..^$b^$.^$   | QUIT^$",
        "a$.^$b^$.^$QUIT^$ | a^$..^$b^$.^$   | QUIT^$",
        "a^$.$b^$.^$QUIT^$ | a^$..^$b^$.^$   | QUIT^$",
        "a^.^$b^$.^$QUIT^$ | a^.^$b^$.^$     | QUIT^$",
        "a^$.^^$b^$.^$     | a^$.^^$b^$.^$   | -",
        // A message without a line, and what looks like one.
        ".^$QUIT^$         | .^$             | QUIT^$",
        ".$.^$.^$          | ..^$..^$.^$     | -",
        // Dots at the start of a line stay what they are; behind a bare LF there is no start of a line.
        "..a^$.b^$...^$.^$ | ..a^$.b^$...^$.^$ | -",
        "a$.b^$.^$         | a^$..b^$.^$     | -",
        "a$..b^$.^$        | a^$...b^$.^$    | -",
        ".a$.^$.^$         | .a^$..^$.^$     | -",
        "a.$b.^$.^$        | a.^$b.^$.^$     | -",
        // Empty lines.
        "^$^$.^$           | ^$^$.^$         | -",
        "$$.^$.^$          | ^$^$..^$.^$     | -",
        "$^$.^$            | ^$^$.^$         | -",
        // What was smuggled in as a command stays content.
        "a$.^$MAIL FROM:<x@y>^$.^$ | a^$..^$MAIL FROM:<x@y>^$.^$ | -",
        "a^$.$MAIL FROM:<x@y>$.^$^$.^$ | a^$..^$MAIL FROM:<x@y>^$..^$^$.^$ | -",
        // The end has not come yet.
        "a^$.$             | a^$..^$         | -",
        "a$.$              | a^$..^$         | -"})
    void onlyADotAloneBetweenTwoCrlfEndsTheMessage(String sent, String read, String left) {
        Deque<byte[]> lines = framed(sent);
        StringBuilder message = new StringBuilder();
        boolean ended = false;
        while (!ended && !lines.isEmpty()) {
            byte[] strict = content.strict(lines.remove());
            message.append(shown(strict));
            ended = Content.isEnd(strict);
        }
        StringBuilder rest = new StringBuilder();
        lines.forEach(line -> rest.append(shown(line)));

        assertThat(message).hasToString(read);
        assertThat(rest).hasToString("-".equals(left) ? "" : left);
        assertThat(ended).isEqualTo(read.endsWith("^$.^$") || read.equals(".^$"));
    }

    @Test
    void aLineOfALawfulMessageIsHandedOnAsItIsAndNothingIsKeptOfIt() {
        for (String line : List.of("a^$", "..^$", "^$", ".a^$", ".^$")) {
            byte[] octets = raw(line);

            assertThat(content.strict(octets)).isSameAs(octets);
            assertThat(Content.isEnd(content.strict(raw(".^$")))).isTrue();
        }
    }

    @Test
    void aDotBehindABareLfOfAnotherTransactionIsAnEnd() {
        content.strict(raw("a$"));
        session.resetState();
        assertThat(Content.of(session)).isEmpty();

        assertThat(Content.isEnd(Content.begin(session).strict(raw(".^$")))).isTrue();
    }

    /** Lines as James' framer cuts them: behind each LF. */
    private static Deque<byte[]> framed(String shown) {
        Deque<byte[]> lines = new ArrayDeque<>();
        for (String line : shown.split("(?<=\\$)")) {
            lines.add(raw(line));
        }
        return lines;
    }

    private static byte[] raw(String shown) {
        return shown.replace('^', '\r').replace('$', '\n').getBytes(StandardCharsets.US_ASCII);
    }

    private static String shown(byte[] raw) {
        return new String(raw, StandardCharsets.US_ASCII).replace('\r', '^').replace('\n', '$');
    }
}
