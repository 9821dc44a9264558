package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.Refusal.refusal;
import static org.smtpguard.it.wire.WireScript.base64;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Mailbox;
import org.smtpguard.it.wire.Refusal;
import org.smtpguard.it.wire.WireScript;

/**
 * Who a session is after AUTH, and what James makes of it: authorization identities, the sender's identity, addresses that need
 * no AUTH, and what is left on a mail. Where stock James has an answer, ours is the same.
 */
class IdentityIT {
    /** "secret", at a cost that makes no test slow. */
    private static final String HASH = "{BCRYPT}$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";
    private static final String USERS = List.of("alice", "bob", "admin").stream()
        .map(name -> name + "@localhost:" + HASH + "\n").collect(Collectors.joining());
    private static final Refusal NOT_ALLOWED = refusal("535 5.7.8", "AUTH refused: the user may not act as the requested "
        + "authorization identity", "AUTH-IDENTITY").state("EHLO done, no mail transaction open")
        .next("AUTH PLAIN <base64> | MAIL FROM:<address> | QUIT");

    private static JamesServer guarded;
    private static JamesServer stock;

    /** SMTP checks the sender's identity; SUBMISSION lets loopback send without AUTH; SMTPS asks James nothing, and has a rule. */
    @BeforeAll
    static void start() {
        guarded = policies(JamesServer.guarded().withConf("smtp-users", USERS))
            .editConf("smtpserver.xml", xml -> xml.replace("<mechanisms>PLAIN LOGIN</mechanisms>",
                "<mechanisms oldForm=\"true\">PLAIN LOGIN EXTERNAL</mechanisms>"))
            .editPort(Endpoint.SMTPS, port -> port.replace("<backend class", "<delegation>none</delegation>"
                    + "<delegate user=\"alice@localhost\" as=\"*@shared.example\"/><backend class")
                .replace("socketTLS=\"true\"", "socketTLS=\"false\"").replace("<requireSSL>true", "<requireSSL>false"))
            .editConf("mailetcontainer.xml", conf -> conf.replaceFirst("(<processor state=\"transport\"[^>]*>)", "$1" + samples()))
            .start();
        stock = policies(JamesServer.stock()).start();
    }

    private static JamesServer.Builder policies(JamesServer.Builder builder) {
        return builder
            .editConf("usersrepository.xml", conf -> conf.replace("<algorithm>",
                "<administratorId>admin@localhost</administratorId><algorithm>"))
            .editPort(Endpoint.SMTP, port -> port.replace("<verifyIdentity>false", "<verifyIdentity>true"))
            .editPort(Endpoint.SUBMISSION, port -> port.replace("<requireSSL>true", "<requireSSL>false")
                .replace("<announce>always</announce>", "<announce>forUnauthorizedAddresses</announce>")
                .replace("<verifyIdentity>", "<authorizedAddresses>127.0.0.0/8</authorizedAddresses><verifyIdentity>"));
    }

    /** The elements of the file that an operator copies from. */
    private static String samples() {
        try {
            String file = Files.readString(Path.of(System.getProperty("smtpguard.it.project", "."), "conf/mailetcontainer-samples.xml"),
                StandardCharsets.UTF_8);
            return file.substring(file.indexOf("<samples>") + "<samples>".length(), file.indexOf("</samples>"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void stop() {
        guarded.close();
        stock.close();
    }

    @Test
    void theAdministratorOfJamesMayActAsAnyOfItsUsers() {
        try (WireScript wire = greeted(guarded.smtp())) {
            wire.send("AUTH PLAIN " + base64("bob@localhost\0admin@localhost\0secret")).expectLine("235 2.7.0 ")
                .send("MAIL FROM:<bob@localhost>").expect("250").send("RCPT TO:<alice@localhost>").expect("250")
                .send("DATA").expect("354").message("From: bob@localhost", "Subject: as bob", "", "body").expect("250");
        }
        assertThat(Mailbox.of("alice", guarded.imap()).awaitMessageWith("Subject: as bob"))
            .contains("X-Authenticated-By: apps", "X-Authenticated-With: PLAIN");
        assertThat(guarded.log()).contains("admin@localhost was authorized to connect as bob@localhost");
    }

    @ParameterizedTest
    @CsvSource({"bob@localhost, alice@localhost", "stranger@localhost, alice@localhost", "no name@@, alice@localhost"})
    void nobodyElseMayAndTheSessionIsAsItWas(String other, String user) {
        try (WireScript wire = greeted(guarded.smtp())) {
            wire.send("AUTH PLAIN " + base64(other + "\0" + user + "\0secret")).expect("535").expectReply(NOT_ALLOWED)
                .send("AUTH PLAIN " + base64(user + "\0" + user + "\0secret")).expectLine("235 2.7.0 ");
        }
    }

    /** Whether somebody may act as another is not told to whoever has not shown who it is. */
    @Test
    void withAWrongPasswordNothingIsSaidOfTheIdentity() {
        try (WireScript wire = greeted(guarded.smtp())) {
            wire.send("AUTH PLAIN " + base64("bob@localhost\0admin@localhost\0Wrong-Kx93"))
                .expect("535 5.7.8").expectInReply("AUTH-CREDENTIALS")
                .send("AUTH PLAIN " + base64("bob@localhost\0alice@localhost\0Wrong-Kx93"))
                .expect("535 5.7.8").expectInReply("AUTH-CREDENTIALS");
        }
        assertThat(guarded.log()).doesNotContain("Wrong-Kx93");
    }

    @Test
    void theOperatorsRulesHoldWhereJamesIsNotAsked() {
        try (WireScript wire = greeted(guarded.smtps())) {
            wire.send("AUTH PLAIN " + base64("bob@localhost\0admin@localhost\0secret")).expect("535 5.7.8").expectInReply("AUTH-IDENTITY")
                .send("AUTH PLAIN " + base64("team@shared.example\0alice@localhost\0secret")).expectLine("235 2.7.0 ");
        }
    }

    @Test
    void theOldFormIsAnnouncedWhereTheOperatorAsksForIt() {
        try (WireScript wire = wire(guarded.smtp())) {
            wire.expect("220").send("EHLO client.example").expect("250")
                .expectInReply("^250.AUTH PLAIN LOGIN$").expectInReply("^250.AUTH=PLAIN LOGIN$");
        }
    }

    /** Codes, since the words of a refusal are our own. */
    @ParameterizedTest
    @ValueSource(strings = {
        "MAIL FROM:<alice@localhost>; RCPT TO:<bob@localhost>",
        "MAIL FROM:<alice@localhost>; RCPT TO:<erin@elsewhere.example>",
        "MAIL FROM:<ALICE@localhost>; RCPT TO:<bob@localhost>",
        "MAIL FROM:<bob@localhost>; RCPT TO:<bob@localhost>",
        "MAIL FROM:<bob@localhost>; RCPT TO:<erin@elsewhere.example>",
        "MAIL FROM:<nobody@localhost>; RCPT TO:<bob@localhost>",
        "MAIL FROM:<erin@elsewhere.example>; RCPT TO:<bob@localhost>",
        "MAIL FROM:<erin@elsewhere.example>; RCPT TO:<erin@elsewhere.example>",
        "MAIL FROM:<>; RCPT TO:<bob@localhost>",
        "MAIL FROM:<alice@localhost> AUTH=<>; RCPT TO:<bob@localhost>",
    })
    void aSendersIdentityIsVerifiedAsByStock(String commands) {
        assertThat(answers(guarded.smtp(), "secret", commands)).isEqualTo(answers(stock.smtp(), "james-password-of-alice", commands));
        assertThat(answers(guarded.smtp(), "", commands)).isEqualTo(answers(stock.smtp(), "", commands));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "MAIL FROM:<alice@localhost>; RCPT TO:<erin@elsewhere.example>",
        "MAIL FROM:<erin@elsewhere.example>; RCPT TO:<erin@elsewhere.example>",
        "MAIL FROM:<erin@elsewhere.example>; RCPT TO:<bob@localhost>",
    })
    void anAuthorizedAddressNeedsNoAuthJustAsWithStock(String commands) {
        List<String> answers = answers(guarded.submission(), "", commands);

        assertThat(answers).isEqualTo(answers(stock.submission(), "", commands)).containsOnly("250");
        assertThat(answers(guarded.submission(), "secret", commands))
            .isEqualTo(answers(stock.submission(), "james-password-of-alice", commands));
        try (WireScript ours = wire(guarded.submission()); WireScript theirs = wire(stock.submission())) {
            ours.expect("220").send("EHLO client.example").expect("250").expectNotInReply("AUTH");
            theirs.expect("220").send("EHLO client.example").expect("250").expectNotInReply("AUTH");
        }
    }

    /** @param password alice's; empty for a session without AUTH */
    private static List<String> answers(InetSocketAddress port, String password, String commands) {
        try (WireScript wire = greeted(port)) {
            List<String> codes = new ArrayList<>();
            if (!password.isEmpty()) {
                wire.send("AUTH PLAIN " + plain("alice@localhost", password)).expect("235");
            }
            for (String command : commands.split("; ")) {
                codes.add(String.format(Locale.ROOT, "%03d", wire.send(command).read().code()));
            }
            return codes;
        }
    }

    private static WireScript greeted(InetSocketAddress port) {
        return wire(port).expect("220").send("EHLO client.example").expect("250");
    }
}
