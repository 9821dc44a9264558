package org.smtpguard.james.webadmin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.nio.charset.StandardCharsets;
import java.util.Set;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import spark.Request;

class GuardFormTest {
    private static final int OCTET_LIMIT = 65_536;
    private static final Set<String> KNOWN = Set.of("username", "password");

    private final Request request = mock(Request.class);

    @BeforeEach
    void isJson() {
        when(request.contentType()).thenReturn("application/json; charset=utf-8");
    }

    @Test
    void aBodyOfKnownLengthIsRead() {
        body("{\"username\":\"alice@localhost\"}");

        assertThat(GuardForm.of(request, KNOWN).required("username")).isEqualTo("alice@localhost");
    }

    @Test
    void aBodyInChunksIsRefusedInWordsThatSayWhatToSend() {
        when(request.headers("Transfer-Encoding")).thenReturn("chunked");
        body("");

        BadRequestException refusal = refusal();

        assertThat(refusal.status()).isEqualTo(411);
        assertThat(refusal)
            .hasMessage("The body is chunked (Transfer-Encoding). Send it with a Content-Length of at most 65536.");
    }

    @Test
    void aBodyIsTakenUpToTheLimit() {
        body("{\"username\":\"a\"}" + " ".repeat(OCTET_LIMIT - 16));
        assertThat(GuardForm.of(request, KNOWN).required("username")).isEqualTo("a");

        body("{\"username\":\"a\"}" + " ".repeat(OCTET_LIMIT - 15));
        assertThat(refusal().status()).isEqualTo(413);
    }

    private void body(String text) {
        when(request.bodyAsBytes()).thenReturn(text.getBytes(StandardCharsets.UTF_8));
    }

    private BadRequestException refusal() {
        return catchThrowableOfType(BadRequestException.class, () -> GuardForm.of(request, KNOWN));
    }
}
