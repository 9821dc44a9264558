package org.smtpguard.it.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WireScriptTest {
    private ServerSocket server;
    private CompletableFuture<Void> served;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        served.join();
    }

    @Test
    void readsAReplyOfManyLinesAsOne() {
        try (WireScript wire = wire(serverThatSays("503-5.5.1 One\r\n503-5.5.1 Two\r\n503 5.5.1 Three\r\n250 OK\r\n"))) {
            wire.expect("503 5.5.1")
                .expectInReply("^503-5.5.1 Two$")
                .expectReply(reply -> assertThat(reply.lines()).hasSize(3))
                .expectLine("250");
        }
    }

    @Test
    void showsTheDialogueWhenTheReplyIsAnother() {
        try (WireScript wire = wire(serverThatSays("220 hello\r\n550 no\r\n"))) {
            wire.expect("220").send("MAIL FROM:<>");

            assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> wire.expect("250"))
                .withMessageContaining("starts with \"250\"")
                .withMessageContaining("S: 220 hello\nC: MAIL FROM:<>\nS: 550 no\n");
        }
    }

    @Test
    void takesTheCodeOfTheFirstLineForThatOfTheReplyAndNoPartOfIt() {
        try (WireScript wire = wire(serverThatSays("220 hello\r\n"))) {
            assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> wire.expect("20"));
        }
    }

    @Test
    void seesALineThatABareLineFeedEnds() {
        try (WireScript wire = wire(serverThatSays("220 hello\n"))) {
            wire.expect("220 hello<bare LF>");
        }
    }

    @Test
    void tellsAnEndFromSilence() {
        try (WireScript wire = wire(serverThatSays("220 hello\r\n"))) {
            wire.expect("220")
                .expectSilence(Duration.ofMillis(50))
                .send("QUIT")
                .expectClosed();
        }
    }

    @Test
    void doesNotTakeAReplyForTheEnd() {
        try (WireScript wire = wire(serverThatSays("220 hello\r\n"))) {
            assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(wire::expectClosed)
                .withMessageContaining("S: 220 hello");
        }
    }

    @Test
    void playsAWrittenDialogue() {
        try (WireScript wire = wire(serverThatSays("220 hello\r\n221 bye\r\n"))) {
            wire.play("# a comment\nS: 220\n\nC: QUIT\nS: 221\nS~ bye$\nEND");
        }
    }

    /** Says all of it at once, waits for one command or the end of the client, and hangs up. */
    private InetSocketAddress serverThatSays(String text) {
        served = CompletableFuture.runAsync(() -> {
            try (Socket client = server.accept()) {
                client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
                client.getInputStream().read(new byte[512]);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        return (InetSocketAddress) server.getLocalSocketAddress();
    }
}
