package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.apache.james.core.Username;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPResponse;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Mechanisms that James executes, with any number of messages: as its AUTH handler has them from 3.10 on. */
class JamesSaslTest {
    private final Tickets james = new Tickets();
    private final EmbeddedPort.Client client = EmbeddedPort.builder().jamesAuth(james).build().connect();

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void itsMechanismsAreAnnouncedBeforeOurOwnThatSendThePasswordAndItsOwnOfThoseAreNot() {
        assertThat(client.send("EHLO client.example\r\n")).contains("AUTH TICKET PLAIN LOGIN\r\n");
    }

    @Test
    void anExchangeOfSeveralMessagesIsPassedOnOnAnotherThread() {
        assertThat(ehlo("AUTH TICKET")).isEqualTo("334 \r\n");
        assertThat(sent(base64("first"))).isEqualTo("334 " + base64("after first") + "\r\n");
        assertThat(sent(base64("alice@localhost"))).startsWith("235 2.7.0 ");

        assertThat(james.thread).isNotSameAs(Thread.currentThread());
        assertThat(client.send("MAIL FROM:<alice@localhost>\r\nRCPT TO:<erin@elsewhere.example>\r\n")).containsPattern("250.*\r\n250");
    }

    @Test
    void theInitialResponseIsPassedOn() {
        assertThat(ehlo("AUTH TICKET " + base64("first"))).isEqualTo("334 " + base64("after first") + "\r\n");
    }

    @Test
    void aRefusalIsOneOfOurs() {
        ehlo("AUTH TICKET");
        sent(base64("first"));

        assertThat(sent(base64("nobody"))).startsWith("535-5.7.8 ").contains("Next: ");
    }

    @Test
    void anExceptionMeansThatTheLogInCouldNotBeVerified() {
        ehlo("AUTH TICKET");

        assertThat(sent(base64("throw"))).startsWith("454-4.7.0 ");
    }

    /** Of a method that the draft does not know, as a newer James may have. */
    @Test
    void anUnknownCallDoesNotReachTheSession() {
        ehlo("AUTH TICKET");

        assertThat(sent(base64("unknown"))).startsWith("454-4.7.0 ");
    }

    @Test
    void aCancelledExchangeIsOverAndAnotherBegins() {
        ehlo("AUTH TICKET");

        assertThat(client.send("*\r\n")).startsWith("501-5.7.0 ");
        assertThat(sent("AUTH TICKET")).isEqualTo("334 \r\n");
    }

    @Test
    void whatJamesAttachesIsInTheSessionAfterwards() {
        ehlo("AUTH TICKET");
        sent(base64("attach"));
        await().untilAsserted(() -> {
            client.awaitBackends();
            assertThat(client.attachment(Tickets.NOTE)).contains("attach");
        });
    }

    private String ehlo(String command) {
        client.send("EHLO client.example\r\n");
        return sent(command);
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

    /** Asks for two messages, and takes the second for the user's name. */
    private static final class Tickets extends AuthCmdHandler {
        private static final AttachmentKey<String> NOTE = AttachmentKey.of("note", String.class);

        private volatile Thread thread = Thread.currentThread();

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
            return session.isAuthAnnounced() ? List.of("AUTH LOGIN PLAIN TICKET", "AUTH=LOGIN PLAIN TICKET") : List.of();
        }

        @Override
        public Response onCommand(SMTPSession session, Request request) {
            String[] words = request.getArgument().split(" ");
            if (words.length == 2) {
                return first(session, decoded(words[1]));
            }
            session.pushLineHandler((SMTPSession draft, byte[] line) -> {
                draft.popLineHandler();
                return first(draft, decoded(new String(line, StandardCharsets.US_ASCII).trim()));
            });
            return new SMTPResponse("334", "");
        }

        private Response first(SMTPSession session, String text) {
            thread = Thread.currentThread();
            switch (text) {
                case "throw":
                    throw new IllegalStateException("for the test");
                case "unknown":
                    return session.newFatalErrorResponse();
                case "attach":
                    session.setAttachment(NOTE, text, State.Connection);
                    break;
                default:
            }
            session.pushLineHandler((SMTPSession draft, byte[] line) -> {
                draft.popLineHandler();
                return second(draft, decoded(new String(line, StandardCharsets.US_ASCII).trim()));
            });
            return new SMTPResponse("334", base64("after " + text));
        }

        private static Response second(SMTPSession session, String user) {
            return Optional.of(user).filter(name -> !name.equals("nobody")).<Response>map(name -> {
                session.setUsername(Username.of(name));
                return new SMTPResponse("235", "Authentication Successful");
            }).orElseGet(() -> new SMTPResponse("535", "Authentication Failed"));
        }

        private static String decoded(String base64) {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        }
    }
}
