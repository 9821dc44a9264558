package org.smtpguard.it;

import static org.smtpguard.it.wire.WireScript.wire;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.WireScript;

/**
 * Clients that close their side of the connection as soon as they have said all: Exim after a pipelined QUIT, and scripts that pipe
 * commands into {@code nc -N}. Stock James closes the connection at once, and they lose the replies that another thread has yet to
 * write; the message is delivered, and then sent again.
 */
class EndOfInputIT {
    /** Replies and the end of the input race: without the guard most of them are lost. */
    private static final int CLIENTS = 20;

    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = JamesServer.sharedGuarded();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "                                                                     | 250",
        "QUIT                                                                 | 250 221",
        "MAIL FROM:<alice@localhost>,RCPT TO:<bob@localhost>,RSET,QUIT        | 250 250 250 250 221",
        "EHLO client.example                                                  | 250 250",
        "RCPT TO:<bob@localhost>,QUIT                                         | 250 503 221"})
    void eachReplyArrivesAfterAMessageFollowedBy(String commands, String codes) {
        String text = "Subject: end\r\n\r\nbody\r\n.\r\n" + (commands == null ? "" : commands.replace(",", "\r\n") + "\r\n");
        for (int client = 0; client < CLIENTS; client++) {
            try (WireScript wire = wire(server.smtp())) {
                wire.expect("220").send("EHLO client.example").expect("250")
                    .send("MAIL FROM:<alice@localhost>").expect("250")
                    .send("RCPT TO:<dave@localhost>").expect("250")
                    .send("DATA").expect("354")
                    .sendRaw(text).sayNoMore();
                for (String code : codes.split(" ")) {
                    wire.expect(code);
                }
                wire.expectClosed();
            }
        }
    }
}
