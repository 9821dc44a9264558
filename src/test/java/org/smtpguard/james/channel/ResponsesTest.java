package org.smtpguard.james.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPResponse;
import org.apache.james.protocols.smtp.SMTPStartTlsResponse;
import org.junit.jupiter.api.Test;
import org.smtpguard.protocol.Reply;

class ResponsesTest {
    @Test
    void aReplyHasTheLinesThatJamesWouldGiveIt() {
        SMTPResponse james = new SMTPResponse("250", "one");
        james.appendLine("two");
        james.appendLine("three");

        assertThat(Responses.of(Reply.of(250, List.of("one", "two", "three"))).getLines()).isEqualTo(james.getLines())
            .containsExactly("250-one", "250-two", "250 three");
        assertThat(Responses.of(Reply.of(250, List.of("one"))).getLines()).containsExactly("250 one");
    }

    @Test
    void aReplyOfJamesIsTheSameWhenItIsWritten() {
        SMTPResponse james = new SMTPResponse("221", "bye");
        james.appendLine("for ever");
        james.setEndSession(true);

        Response written = Responses.written(james);

        assertThat(written.getRetCode()).isEqualTo("221");
        assertThat(written.getLines()).isEqualTo(james.getLines());
        assertThat(written.isEndSession()).isTrue();
        assertThat(written).hasToString(james.toString());
    }

    @Test
    void aReplyThatIsMoreThanLinesStaysWhatItIs() {
        Response tls = new SMTPStartTlsResponse("220", "Ready to start TLS");

        assertThat(Responses.written(tls)).isSameAs(tls);
        assertThat(Responses.written(Response.DISCONNECT)).isSameAs(Response.DISCONNECT);
    }
}
