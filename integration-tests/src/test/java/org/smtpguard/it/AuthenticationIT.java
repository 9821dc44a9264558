package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.Refusal.refusal;
import static org.smtpguard.it.wire.WireScript.base64;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Refusal;
import org.smtpguard.it.wire.WireScript;

/**
 * AUTH as a client sees it, against the users of {@code conf/smtp-users}, of whom James knows nothing, and against backends
 * that are slow or down.
 */
class AuthenticationIT {
    private static final String ALICE = "alice@localhost";
    /** Nothing that a log could hold by accident. */
    private static final String UNMISTAKABLE = "Tr0ub4dor-Kx93-umlaut-\u00fc";
    private static final String CAROLS_LINE = "carol@localhost:{ARGON2ID}$argon2id$v=19$m=19456,t=2,p=1"
        + "$BNnkrHob+vOJgTG43ec2Pg$qI60+nxfTkd0WRPoOucv53ew/rc1PxDNTzYAV6wn5Ug\n";
    private static final String USERNAME = "334 VXNlcm5hbWU6";
    private static final String PASSWORD = "334 UGFzc3dvcmQ6";
    private static final String GREETED = "EHLO done, no mail transaction open";
    private static final String AUTH_WANTED = "AUTH PLAIN <base64> | MAIL FROM:<address> | QUIT";
    private static final Refusal CREDENTIALS = refusal("535 5.7.8", "AUTH refused: the user name or the password is wrong",
        "AUTH-CREDENTIALS").state(GREETED).next(AUTH_WANTED);
    private static final String OUTSIDE = "a character outside base64's alphabet at position ";

    private static JamesServer server;
    /** SMTP asks a slow backend, SUBMISSION one that is down, SMTPS the file, in brief style. */
    private static JamesServer fixtures;

    @BeforeAll
    static void start() {
        server = JamesServer.sharedGuarded();
        fixtures = JamesServer.guarded()
            .editPort(Endpoint.SMTP, port -> withBackend(port, "<backend class=\"org.smtpguard.fixture.SlowBackend\" name=\"slow\">"
                + "<millis>700</millis><password>" + UNMISTAKABLE + "</password></backend>"))
            .editPort(Endpoint.SUBMISSION, port -> withBackend(port, "<backend class=\"org.smtpguard.fixture.DownBackend\" name=\"down\"/>"
                + "<backend class=\"FileBackend\" name=\"apps\"><file>file://conf/smtp-users</file></backend>")
                .replace("<requireSSL>true</requireSSL>", "<requireSSL>false</requireSSL>"))
            .editPort(Endpoint.SMTPS, port -> port.replace("style=\"full\"", "style=\"brief\""))
            .start();
    }

    @AfterAll
    static void stop() {
        fixtures.close();
    }

    @Test
    void ehloOffersWhatIsConfigured() {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220").send("EHLO client.example").expect("250").expectInReply("^250.AUTH PLAIN LOGIN$");
        }
        try (WireScript wire = wire(server.submission())) {
            wire.expect("220").send("EHLO client.example").expect("250").expectNotInReply("AUTH")
                .startTls().send("EHLO client.example").expect("250").expectInReply("^250.AUTH PLAIN LOGIN$");
        }
    }

    @Test
    void plainIsTakenWithAndWithoutAnInitialResponse() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH PLAIN " + plain(ALICE, "secret")).expectLine("235 2.7.0 ");
        }
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("auth plain").expectLine("334").expectInReply("^334 ?$").send(plain(ALICE, "secret")).expectLine("235 2.7.0 ");
        }
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH PLAIN " + plain("ALICE@LocalHost", "secret")).expectLine("235 2.7.0 ");
        }
    }

    @Test
    void loginIsTakenWithAndWithoutAnInitialResponse() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH LOGIN").expectMatch("^" + USERNAME + "$")
                .send(base64("bob@localhost")).expectMatch("^" + PASSWORD + "$")
                .send(base64("secret")).expectLine("235 2.7.0 ");
        }
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH LOGIN " + base64("bob@localhost")).expectMatch("^" + PASSWORD + "$")
                .send(base64("secret")).expectLine("235 2.7.0 ");
        }
    }

    @Test
    void whoIsRefusedIsNotToldWhy() {
        for (String response : List.of(plain(ALICE, "wrong"), plain("nobody@localhost", "secret"), plain(ALICE, ""),
            plain("two words@@", "secret"), plain(ALICE, "james-password-of-alice"))) {
            try (WireScript wire = greeted(server.smtp())) {
                wire.send("AUTH PLAIN " + response).expect("535").expectReply(CREDENTIALS)
                    .send("AUTH LOGIN").expect(USERNAME).send(base64(ALICE)).expect(PASSWORD).send(base64("wrong"))
                    .expect("535").expectReply(CREDENTIALS)
                    .send("AUTH PLAIN " + plain(ALICE, "secret")).expect("235");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"AUTH PLAIN !!!!, a character outside base64's alphabet at position 1",
        "AUTH PLAIN A, 'base64 of an impossible length: a character is missing, or there is one too many'",
        "AUTH LOGIN !!!!, a character outside base64's alphabet at position 1",
        "AUTH PLAIN AGFs, 'only one NUL: the password is missing'", "AUTH PLAIN AGEAYg, base64 without padding",
        "AUTH PLAIN AA== AA==, 'base64 with padding before its end, at position 3'"})
    void anInitialResponseThatIsNotWhatItShouldBeIsRefusedAndTheReplySaysWhy(String command, String flaw) {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send(command).expect("501").expectReply(flaw.startsWith("only") ? malformed(flaw) : undecodable(flaw))
               .send("NOOP").expect("250");
        }
    }

    @Test
    void aContinuationThatIsNotBase64EndsTheExchange() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH PLAIN").expect("334").send("!!!!").expect("501").expectReply(undecodable(OUTSIDE + 1))
                .send("NOOP").expect("250")
                .send("AUTH LOGIN").expect(USERNAME).send("!!!!").expect("501").expectReply(undecodable(OUTSIDE + 1))
                .send("NOOP").expect("250")
                .send("AUTH LOGIN").expect(USERNAME).send(base64(ALICE)).expect(PASSWORD).send("!!!!")
                .expect("501").expectReply(undecodable(OUTSIDE + 1))
                .send("NOOP").expect("250")
                .send("AUTH PLAIN " + plain(ALICE, "secret")).expect("235");
        }
    }

    @Test
    void aResponseOfTheWrongFormIsRefused() {
        Map<String, String> flaws = Map.of(ALICE, "no NUL: the message is NUL user NUL password",
            ALICE + "\0secret", "only one NUL: the one before the user name, or the password, is missing",
            "\0" + ALICE, "only one NUL: the password is missing",
            "\0" + ALICE + "\0secret\0", "a NUL after the password",
            "\0\0secret", "the user name between the two NULs is empty",
            "a\0b\0c\0d", "more than two NULs");
        flaws.forEach((message, flaw) -> {
            try (WireScript wire = greeted(server.smtp())) {
                wire.send("AUTH PLAIN " + base64(message)).expect("501").expectReply(malformed(flaw)).send("NOOP").expect("250");
            }
        });
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH PLAIN =").expect("501").expectReply(malformed("no NUL: the message is NUL user NUL password"))
                .send("AUTH LOGIN =").expect("501").expectReply(malformed("the user name is empty")).send("NOOP").expect("250");
        }
    }

    @Test
    void aClientMayCancel() {
        Refusal cancelled = refusal("501 5.7.0", "AUTH refused: you cancelled it", "AUTH-CANCELLED")
            .state(GREETED).next("MAIL FROM:<address> | AUTH PLAIN <base64> | QUIT");
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH PLAIN").expect("334").send("*").expect("501").expectReply(cancelled)
                .send("AUTH LOGIN").expect(USERNAME).send("*").expect("501").expectReply(cancelled)
                .send("AUTH LOGIN").expect(USERNAME).send(base64(ALICE)).expect(PASSWORD).send("*").expect("501").expectReply(cancelled)
                .send("AUTH PLAIN " + plain(ALICE, "secret")).expect("235");
        }
    }

    @Test
    void aMechanismThatIsNotOfferedIsRefused() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH CRAM-MD5").expect("504").expectReply(refusal("504 5.5.4",
                "AUTH refused: this port does not offer that mechanism", "AUTH-MECHANISM").state(GREETED).next(AUTH_WANTED))
                .send("AUTH").expect("501 5.5.4").expectInReply("SYN-ARGUMENT");
        }
    }

    @Test
    void aPasswordIsTakenUnderTlsAloneWhereThePortSaysSo() {
        try (WireScript wire = greeted(server.submission())) {
            wire.send("AUTH PLAIN " + plain(ALICE, "secret")).expect("538").expectReply(refusal("538 5.7.11",
                "AUTH refused: this port accepts passwords only under TLS", "AUTH-TLS-REQUIRED")
                .state(GREETED).next("STARTTLS | MAIL FROM:<address> | QUIT"))
                .send("AUTH LOGIN").expect("538 5.7.11")
                .startTls().send("EHLO client.example").expect("250")
                .send("AUTH PLAIN " + plain(ALICE, "secret")).expectLine("235 2.7.0 ");
        }
        try (WireScript wire = tlsWire(server.smtps())) {
            wire.expect("220").send("EHLO client.example").expect("250")
                .send("AUTH LOGIN " + base64(ALICE)).expect(PASSWORD).send(base64("secret")).expectLine("235 2.7.0 ");
        }
    }

    @Test
    void nobodyActsAsSomebodyElse() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH PLAIN " + base64("bob@localhost\0" + ALICE + "\0secret")).expect("535").expectReply(refusal("535 5.7.8",
                "AUTH refused: the user may not act as the requested authorization identity", "AUTH-IDENTITY")
                .state(GREETED).next(AUTH_WANTED))
                // Whether the identity would be granted is told to those alone who know the password.
                .send("AUTH PLAIN " + base64("bob@localhost\0" + ALICE + "\0wrong")).expect("535").expectReply(CREDENTIALS)
                .send("AUTH PLAIN " + base64("Alice@localhost\0" + ALICE + "\0secret")).expect("235");
        }
    }

    @Test
    void theLoginOutlivesResetAndGreeting() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH PLAIN " + plain(ALICE, "secret")).expect("235")
                .send("RSET").expect("250")
                .send("AUTH PLAIN " + plain(ALICE, "secret")).expect("503 5.5.1")
                .send("EHLO client.example").expect("250")
                .send("AUTH PLAIN " + plain(ALICE, "secret")).expect("503 5.5.1")
                .send("MAIL FROM:<alice@localhost> AUTH=<>").expect("250")
                .send("RCPT TO:<erin@elsewhere.example>").expect("250");
        }
    }

    @Test
    void onlyWhoIsAuthenticatedSendsToOthers() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH PLAIN " + plain(ALICE, "wrong")).expect("535")
                .send("MAIL FROM:<alice@localhost>").expect("250")
                .send("RCPT TO:<erin@elsewhere.example>").expect("530")
                .send("RSET").expect("250")
                .send("AUTH PLAIN " + plain(ALICE, "secret")).expect("235")
                .send("MAIL FROM:<alice@localhost>").expect("250")
                .send("RCPT TO:<erin@elsewhere.example>").expect("250");
        }
    }

    @Test
    void aChangedFileIsTakenWithoutARestartAndABrokenOneIsNot() throws IOException {
        Path users = server.home().resolve("conf/smtp-users");
        String before = Files.readString(users);
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH PLAIN " + plain("carol@localhost", UNMISTAKABLE)).expect("535");
            replace(users, before + CAROLS_LINE);
            wire.send("AUTH PLAIN " + plain("carol@localhost", UNMISTAKABLE)).expect("235");
        }

        replace(users, "alice@localhost, her password is " + UNMISTAKABLE + "\n");
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH PLAIN " + plain("carol@localhost", UNMISTAKABLE)).expect("235");
        }
        assertThat(server.log()).containsPattern("\\[WARN \\] .*FileBackend - .*smtp-users, line 1: .*");

        replace(users, before);
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH PLAIN " + plain("carol@localhost", UNMISTAKABLE)).expect("535")
                .send("AUTH PLAIN " + plain(ALICE, "secret")).expect("235");
        }
        assertThat(server.log()).doesNotContain(UNMISTAKABLE);
    }

    @Test
    void anOutageIsNoWrongPassword() {
        Refusal unavailable = refusal("454 4.7.0", "AUTH refused: the credentials could not be checked at the moment; they may be correct",
            "AUTH-UNAVAILABLE").state(GREETED).next("AUTH PLAIN <base64> | MAIL FROM:<address> | STARTTLS | QUIT");
        try (WireScript wire = greeted(fixtures.submission())) {
            wire.send("AUTH PLAIN " + plain(ALICE, "wrong")).expect("454").expectReply(unavailable)
                .send("AUTH LOGIN " + base64(ALICE)).expect(PASSWORD).send(base64("wrong")).expect("454").expectReply(unavailable)
                // The backend behind it is asked all the same.
                .send("AUTH PLAIN " + plain(ALICE, "secret")).expect("235");
        }
        assertThat(fixtures.log()).contains("Backend down is unavailable: nobody answers at ldap.example.org");
    }

    @Test
    void whileABackendTakesItsTimeOthersAreServed() {
        List<WireScript> waiting = new ArrayList<>();
        try (WireScript bystander = greeted(fixtures.smtp())) {
            for (int i = 0; i < 20; i++) {
                waiting.add(greeted(fixtures.smtp()));
            }
            waiting.forEach(wire -> wire.send("AUTH PLAIN " + plain(ALICE, UNMISTAKABLE)));
            bystander.send("NOOP").expect("250").send("MAIL FROM:<alice@localhost>").expect("250").send("NOOP").expect("250");
            waiting.forEach(wire -> wire.expectSilence(Duration.ofMillis(1)));
            waiting.forEach(wire -> wire.expectLine("235 2.7.0 "));
        } finally {
            waiting.forEach(WireScript::close);
        }
    }

    @Test
    void whatIsPipelinedBehindAuthIsRefusedLineByLine() {
        try (WireScript wire = greeted(fixtures.smtp())) {
            wire.pipeline("AUTH PLAIN " + plain(ALICE, UNMISTAKABLE), "MAIL FROM:<alice@localhost>", "NOOP", UNMISTAKABLE, "DATA")
                .expectLine("235 2.7.0 ")
                .expect("503").expectReply(refusal("503 5.5.1",
                    "MAIL refused: it was sent before the previous command was answered", "SEQ-PIPELINING")
                    .state("EHLO done, authenticated, no mail transaction open").next("MAIL FROM:<address> | QUIT"))
                .expect("503 5.5.1 NOOP refused").expect("503 5.5.1").expect("503 5.5.1 DATA refused")
                .send("MAIL FROM:<alice@localhost>").expect("250")
                .send("RCPT TO:<erin@elsewhere.example>").expect("250");
        }
    }

    @Test
    void inBriefStyleARefusalIsOneLine() {
        try (WireScript wire = tlsWire(fixtures.smtps())) {
            wire.expect("220").send("EHLO client.example").expect("250")
                .send("DATA").expectLine("503 5.5.1").expectReply(Refusal::keepsToTheProtocol)
                .expectInReply("^503 5.5.1 DATA refused: MAIL has to come first; next: MAIL FROM:<address>"
                    + " \\[SEQ-MAIL-MISSING [0-9a-f]{8}]$")
                .send("AUTH PLAIN " + plain(ALICE, "wrong")).expectLine("535 5.7.8").expectReply(Refusal::keepsToTheProtocol)
                .expectInReply("^535 5.7.8 AUTH refused: the user name or the password is wrong; next: AUTH PLAIN <base64>"
                    + " \\[AUTH-CREDENTIALS [0-9a-f]{8}]$")
                .send("MAIL FROM:<>").expect("250")
                .send("RCPT TO:<nobody-here@localhost>").expect("550")
                .send("DATA").expectLine("554 5.5.1").expectReply(Refusal::keepsToTheProtocol).expectInReply("nobody-here@localhost");
        }
    }

    @Test
    void noSecretReachesTheLog() {
        String wrong = "wr0ng-Zq71-" + UNMISTAKABLE;
        for (InetSocketAddress address : List.of(fixtures.smtp(), fixtures.submission())) {
            try (WireScript wire = greeted(address)) {
                wire.send("AUTH PLAIN " + plain(ALICE, wrong)).expectMatch("^(535|454)")
                    .send("AUTH PLAIN").expect("334").send(plain(ALICE, wrong)).expectMatch("^(535|454)")
                    .send("AUTH LOGIN").expect(USERNAME).send(base64(ALICE)).expect(PASSWORD).send(base64(wrong))
                    .expectMatch("^(535|454)")
                    .send("AUTH PLAIN " + base64(wrong)).expect("501")
                    .send("AUTH " + plain(ALICE, wrong)).expect("504");
            }
            try (WireScript wire = greeted(address)) {
                // Out of step, as a client sends them that has lost count.
                wire.send(plain(ALICE, wrong)).expect("500")
                    .send("AUTH PLAIN").expect("334").send(wrong).expect("501")
                    .send("MAIL FROM:<alice@localhost>").expect("250")
                    .send("AUTH PLAIN " + plain(ALICE, wrong)).expect("503");
            }
        }
        try (WireScript wire = wire(fixtures.smtp())) {
            wire.expect("220").send("AUTH PLAIN " + plain(ALICE, wrong)).expect("503");
        }

        assertThat(fixtures.log()).contains("AUTH method PLAIN failed from alice@localhost@" + JamesServer.clientAddress())
            .doesNotContain(UNMISTAKABLE, wrong, base64(wrong), plain(ALICE, wrong), base64(UNMISTAKABLE), plain(ALICE, UNMISTAKABLE))
            .doesNotContain("Kx93", "Zq71");
    }

    private static WireScript greeted(InetSocketAddress address) {
        return wire(address).expect("220").send("EHLO client.example").expect("250");
    }

    private static String withBackend(String port, String backend) {
        return port.replaceAll("(?s)<backend .*?</backend>", backend);
    }

    /** As an operator should: the file is there either as it was or as it shall be. */
    private static void replace(Path file, String content) throws IOException {
        Path fresh = Files.writeString(file.resolveSibling("smtp-users.new"), content);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Refusal undecodable(String flaw) {
        return refusal("501 5.5.2", "AUTH refused: the response is not base64", "AUTH-ENCODING").detail(flaw)
            .state(GREETED).next(AUTH_WANTED);
    }

    private static Refusal malformed(String flaw) {
        return refusal("501 5.5.2", "AUTH refused: the response is not valid for the mechanism", "AUTH-ENCODING").detail(flaw)
            .state(GREETED).next(AUTH_WANTED);
    }
}
