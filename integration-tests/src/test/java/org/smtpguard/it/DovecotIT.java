package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.smtpguard.it.wire.WireScript.base64;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.client.MailClient;
import org.smtpguard.it.client.MailClient.Submission;
import org.smtpguard.it.server.Dovecot;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Mailbox;
import org.smtpguard.it.wire.WireScript;

/** James asks a real Dovecot, where one is installed: over TCP on the port SMTP, over its Unix socket on SUBMISSION. */
class DovecotIT {
    private static final String PASSWORD = "Tr0ub4dor-Dv31";
    private static final String MECHANISMS = "SCRAM-SHA-256 CRAM-MD5 SCRAM-SHA-1 PLAIN LOGIN";
    /** Set where all clients are installed: a skip would hide that one of them is not. */
    private static final boolean ALL_INSTALLED = Boolean.parseBoolean(System.getenv("SMTPGUARD_ALL_CLIENTS"));
    private static final int MESSAGES = 3;

    @TempDir
    static Path home;

    private static Dovecot dovecot;
    private static JamesServer server;

    @BeforeAll
    static void start() throws IOException {
        JamesServer.assumeOnThisMachine("the server reaches loopback");
        dovecot = Dovecot.start(home, PASSWORD);
        server = JamesServer.guarded()
            .editPort(Endpoint.SMTP, port -> asking(port, "tcp", dovecot.tcp()))
            .editPort(Endpoint.SUBMISSION, port -> asking(port, "unix", dovecot.unix())
                .replace("<requireSSL>true</requireSSL>", "<requireSSL>false</requireSSL>"))
            .editPort(Endpoint.SMTPS, port -> asking(port, "tcp", dovecot.tcp()))
            .editConf("logback.xml", conf -> conf.replace("</configuration>",
                "<logger name=\"org.apache.james.protocols.smtp.AUTHENTICATION\" level=\"DEBUG\"/></configuration>"))
            .start();
    }

    private static String asking(String port, String name, String address) {
        return port.replaceAll("(?s)<backend .*?</backend>", "<backend class=\"DovecotBackend\" name=\"" + name + "\"><address>" + address
                + "</address><relay>CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256</relay></backend>")
            .replace("<mechanisms>PLAIN LOGIN</mechanisms>", "<mechanisms>" + MECHANISMS + "</mechanisms>");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
            assertThat(server.log()).doesNotContain("Dv31");
        }
        if (dovecot != null) {
            dovecot.close();
        }
    }

    private static List<InetSocketAddress> both() {
        return List.of(server.smtp(), server.submission());
    }

    @Test
    void whoDovecotAcceptsIsLoggedIn() {
        for (InetSocketAddress address : both()) {
            try (WireScript wire = greeted(address)) {
                wire.expectInReply("^250.AUTH " + MECHANISMS + "$")
                    .send("AUTH PLAIN " + plain("Alice@LocalHost", PASSWORD)).expectLine("235 2.7.0 ")
                    .send("MAIL FROM:<alice@localhost>").expect("250")
                    .send("RCPT TO:<erin@elsewhere.example>").expect("250");
            }
            try (WireScript wire = greeted(address)) {
                wire.send("AUTH LOGIN " + base64("carol@localhost")).expect("334").send(base64(PASSWORD)).expectLine("235 2.7.0 ");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "alice@localhost, wr0ng-Dv31, 535 5.7.8",
        "mallory@localhost, Tr0ub4dor-Dv31, 535 5.7.8",
        "dave@localhost, Tr0ub4dor-Dv31, 535 5.7.8",
        "erin@localhost, Tr0ub4dor-Dv31, 535 5.7.8",
        "alice@broken.example, Tr0ub4dor-Dv31, 454 4.7.0"})
    void whoItDoesNotAcceptIsToldNoAndWhereItCannotJudgeNobodyIs(String user, String password, String reply) {
        for (InetSocketAddress address : both()) {
            try (WireScript wire = greeted(address)) {
                wire.send("AUTH PLAIN " + plain(user, password)).expect(reply)
                    .send("AUTH PLAIN " + plain("alice@localhost", PASSWORD)).expect("235");
            }
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "smtplib, auth-cram-md5, CRAM-MD5",
        "swaks, auth-cram-md5, CRAM-MD5",
        "gsasl, auth-scram-sha-256, SCRAM-SHA-256",
        "msmtp, tls-auth-scram-sha-256, SCRAM-SHA-256"})
    void aClientLogsInByAMechanismThatDovecotPlays(String client, String variant, String mechanism) {
        boolean isInstalled = MailClient.of(client).version().isPresent();
        assertThat(isInstalled || !ALL_INSTALLED).as("%s is installed here", client).isTrue();
        assumeTrue(isInstalled, () -> client + " is not installed");
        Mailbox inbox = Mailbox.of("bob", server.imap());
        int known = inbox.count();
        int logged = server.log().length();

        MailClient.of(client).send(variant, variant.startsWith("tls") ? server.smtps() : server.submission(),
            Submission.of("alice@localhost", PASSWORD, "bob@localhost", client, MESSAGES));

        assertThat(inbox.awaitSubjects(known, MESSAGES)).hasSize(MESSAGES);
        assertThat(server.log().substring(logged)).contains("AUTH method " + mechanism + " succeeded").doesNotContain("REFUSAL");
    }

    @Test
    void aClientThatDoesNotProveItselfIsRefused() {
        try (WireScript wire = greeted(server.smtp())) {
            wire.send("AUTH CRAM-MD5").expectMatch("^334 [A-Za-z0-9+/=]+$")
                .send(base64("alice@localhost 00000000000000000000000000000000")).expect("535 5.7.8").expectInReply("\\[AUTH-CREDENTIALS]$")
                .send("AUTH CRAM-MD5").expect("334").send("*").expect("501 5.7.0")
                .send("AUTH CRAM-MD5").expect("334").send("!!!!").expect("501 5.5.2")
                .send("AUTH DIGEST-MD5").expect("504 5.5.4")
                .send("AUTH PLAIN " + plain("alice@localhost", PASSWORD)).expect("235");
        }
        assertThat(server.log()).contains("AUTH method CRAM-MD5 failed from alice@localhost@127.0.0.1: REFUSED (wrong password) by tcp");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CRAM-MD5 YWxpY2U=", "cram-md5 YWxpY2U=", "CRAM-MD5 =", "CRAM-MD5 !!!!"})
    void aMechanismInWhichTheServerBeginsTakesNoInitialResponse(String argument) {
        for (InetSocketAddress address : both()) {
            try (WireScript wire = greeted(address)) {
                wire.send("AUTH " + argument).expect("501 5.7.0").expectInReply("\\[AUTH-ENCODING]$")
                    .expectInReply("send AUTH without one")
                    .send("NOOP").expectLine("250 ")
                    .send("AUTH CRAM-MD5").expectMatch("^334 [A-Za-z0-9+/=]+$").send("*").expect("501 5.7.0")
                    .send("AUTH PLAIN " + plain("alice@localhost", PASSWORD)).expectLine("235 2.7.0 ");
            }
        }
    }

    @Test
    void aNulInTheNameOrThePasswordIsRefused() {
        for (InetSocketAddress address : both()) {
            NulCredentials.areRefused(() -> greeted(address), "alice@localhost", PASSWORD);
        }
    }

    @Test
    void anOutageOfDovecotIsNoNoAndOverWhenItIsOver() throws IOException {
        dovecot.stop();
        try {
            for (InetSocketAddress address : both()) {
                try (WireScript wire = greeted(address)) {
                    wire.send("AUTH PLAIN " + plain("alice@localhost", PASSWORD)).expect("454 4.7.0")
                        .send("AUTH CRAM-MD5").expect("454 4.7.0").send("NOOP").expect("250");
                }
            }
            assertThat(server.log()).contains("Backend tcp is unavailable: it ", "Backend unix is unavailable: it ");
        } finally {
            dovecot.start();
        }
        for (InetSocketAddress address : both()) {
            try (WireScript wire = greeted(address)) {
                wire.send("AUTH CRAM-MD5").expect("334").send("*").expect("501 5.7.0")
                    .send("AUTH PLAIN " + plain("alice@localhost", PASSWORD)).expectLine("235 2.7.0 ");
            }
        }
    }

    private static WireScript greeted(InetSocketAddress address) {
        return wire(address).expect("220").send("EHLO client.example").expect("250");
    }
}
