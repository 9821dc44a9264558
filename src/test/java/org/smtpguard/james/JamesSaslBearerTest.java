package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;

import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPResponse;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bearer tokens, which James verifies: with an AUTH handler that answers as that of James 3.10 does. */
class JamesSaslBearerTest {
    private final EmbeddedPort.Client client = EmbeddedPort.builder().jamesAuth(new RefusedTokens()).build().connect();

    @AfterEach
    void close() {
        client.close();
    }

    /** A token whose owner cannot be read, one that is missing, and a user that is named twice. */
    @ParameterizedTest
    @ValueSource(strings = {"n,,\1auth=Bearer opaque\1\1", "n,user=alice@localhost\1\1", "nonsense",
        "n,a=bob@localhost,\1user=alice@localhost\1auth=Bearer opaque\1\1"})
    void aMessageThatJamesWouldNotReadIsARefusedTokenToo(String message) {
        client.send("EHLO client.example\r\n");

        assertThat(sent("AUTH OAUTHBEARER " + base64(message))).isEqualTo("334 " + base64("{\"status\":\"invalid_token\"}") + "\r\n");
        assertThat(sent("AQ==")).startsWith("535-5.7.8 ").contains("Next: ");
    }

    /** The reply, which comes from the pool for blocking calls. */
    private String sent(String line) {
        StringBuilder reply = new StringBuilder(client.send(line + "\r\n"));
        await().until(() -> reply.append(client.awaitBackends()).toString().endsWith("\r\n"));
        return reply.toString();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Refuses each token, and a message without a user or without a token as malformed. */
    private static final class RefusedTokens extends AuthCmdHandler {
        /** James 3.8 and 3.9 insist on hooks. */
        @Override
        public List<Class<?>> getMarkerInterfaces() {
            return List.of();
        }

        @Override
        public Set<String> getImplCommands() {
            return Set.of();
        }

        @Override
        public List<String> getImplementedEsmtpFeatures(SMTPSession session) {
            return List.of("AUTH OAUTHBEARER");
        }

        @Override
        public Response onCommand(SMTPSession session, Request request) {
            String message = new String(Base64.getDecoder().decode(request.getArgument().split(" ")[1]), StandardCharsets.UTF_8);
            if (!message.matches("n,user=[^\1]+\1auth=Bearer [^\1]+\1\1")) {
                return new SMTPResponse("501", "Could not decode parameters for AUTH OAUTHBEARER");
            }
            session.pushLineHandler((SMTPSession draft, byte[] line) -> {
                draft.popLineHandler();
                return new SMTPResponse("535", "Authentication Failed");
            });
            return new SMTPResponse("334", base64("{\"status\":\"invalid_token\"}"));
        }
    }
}
