package org.smtpguard.it;

import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.net.InetSocketAddress;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.WireScript;

/** AUTH with the passwords that James itself keeps, alone (SUBMISSION) and behind a file (SMTP). */
class JamesBackendIT {
    private static final String FILE = "<backend class=\"FileBackend\" name=\"apps\"><file>file://conf/smtp-users</file></backend>";
    private static final String JAMES = "<backend class=\"JamesBackend\" name=\"own\"/>";

    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = JamesServer.guarded()
            .withChain(Endpoint.SMTP, chain(FILE + JAMES))
            .withChain(Endpoint.SUBMISSION, chain(JAMES))
            .editPort(Endpoint.SUBMISSION, port -> port.replace("<requireSSL>true</requireSSL>", "<requireSSL>false</requireSSL>"))
            .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "alice@localhost, james-password-of-alice, 235 2.7.0",
        "Alice@LocalHost, james-password-of-alice, 235 2.7.0",
        "carol@localhost, james-password-of-carol, 235 2.7.0",
        "alice@localhost, james-password-of-bob, 535 5.7.8",
        "alice@localhost, secret, 535 5.7.8",
        "alice, james-password-of-alice, 535 5.7.8",
        "mallory@localhost, james-password-of-mallory, 535 5.7.8",
    })
    void whoeverCanReadMailCanSendIt(String user, String password, String reply) {
        try (WireScript wire = greeted(server.submission())) {
            wire.send("AUTH PLAIN " + plain(user, password)).expect(reply);
        }
    }

    @Test
    void aChainAsksTheFileFirstAndThenJames() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("235 2.7.0");
        }
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH PLAIN " + plain("alice@localhost", "james-password-of-alice")).expect("235 2.7.0");
        }
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH PLAIN " + plain("alice@localhost", "neither-of-the-two")).expect("535 5.7.8");
        }
    }

    @Test
    void aNulInTheNameOrThePasswordIsRefused() {
        NulCredentials.areRefused(() -> greeted(server.submission()), "alice@localhost", "james-password-of-alice");
        NulCredentials.areRefused(() -> greeted(server.smtp()), "alice@localhost", "secret");
    }

    private static WireScript greeted(InetSocketAddress address) {
        return wire(address).expect("220").send("EHLO client.example").expect("250");
    }

    private static String chain(String backends) {
        return "<handlerchain coreHandlersPackage=\"org.smtpguard.james.GuardHandlers\">"
            + "<handler class=\"org.smtpguard.james.SequenceGuard\"/>"
            + "<handler class=\"org.smtpguard.james.Authentication\">" + backends + "</handler></handlerchain>";
    }
}
