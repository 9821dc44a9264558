package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.wire;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.WireScript;

/**
 * What James repeats of a client is no line of a reply by itself: it may be too long for one, or break it in two.
 */
class EchoIT {
    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = JamesServer.sharedGuarded();
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO clie\u0007nt.example", "EHLO client.example\r..", "HELO client\u0000.example",
        "EHLO client\u007f.example"})
    void refusesAGreetingWithAControlCharacterAndDoesNotRepeatIt(String greeting) {
        repliesInPrintableAscii(greeting, "501");
    }

    @Test
    void repeatsNoLetterOutsideAsciiOfAGreeting() {
        repliesInPrintableAscii("EHLO client.ex\u00e4mple", "250");
    }

    private static void repliesInPrintableAscii(String greeting, String code) {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220")
                .send(greeting).expect(code).expectReply(reply -> assertThat(reply.lines()).allMatch(line -> line.matches("[ -~]*")))
                .send("QUIT").expect("221").expectClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO ", "HELO ", "MAIL FROM:", "VRFY ", "HELP ", ""})
    void repeatsNoMoreThanALineHolds(String command) {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220")
                .send(command + "a".repeat(4_000))
                .expectMatch("^\\d\\d\\d").expectReply(reply -> assertThat(reply.lines()).allMatch(line -> line.length() <= 510))
                .send("QUIT").expect("221").expectClosed();
        }
    }
}
