package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.smtpguard.it.wire.WireScript.base64;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.client.MailClient;
import org.smtpguard.it.client.MailClient.Submission;
import org.smtpguard.it.server.JamesHome;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.TokenIssuer;
import org.smtpguard.it.wire.Mailbox;
import org.smtpguard.it.wire.WireScript;

/** OAUTHBEARER (RFC 7628) and XOAUTH2 are James' own, beside the mechanisms of ours; what differs is who waits for the provider. */
class OAuthIT {
    private static final String ALICE = "alice@localhost";
    private static final Duration VALID = Duration.ofMinutes(5);

    private static TokenIssuer issuer;
    private static JamesServer guarded;
    private static JamesServer stock;

    @BeforeAll
    static void start() {
        issuer = TokenIssuer.start();
        guarded = withOidc(JamesServer.guarded()).start();
        stock = withOidc(JamesServer.stock()).start();
    }

    private static JamesServer.Builder withOidc(JamesServer.Builder builder) {
        return builder.editConf("usersrepository.xml", conf -> conf.replace("<algorithm>",
                "<administratorId>admin@localhost</administratorId><algorithm>"))
            .editConf("smtpserver.xml", xml -> xml
                .replace("<announce>always</announce>", "<announce>always</announce>" + issuer.oidcElement())
                .replaceAll("<greeting .*?/>", ""));
    }

    @AfterEach
    void isWell() {
        issuer.answerWith(200);
    }

    @AfterAll
    static void stop() {
        guarded.close();
        stock.close();
        issuer.close();
    }

    @Test
    void isAnnouncedBesideOurOwnTheStrongerFirst() {
        greeted(guarded.smtp()).expectInReply("^250.AUTH OAUTHBEARER XOAUTH2 PLAIN LOGIN$").close();
        greeted(stock.smtp()).expectInReply("^250.AUTH LOGIN PLAIN OAUTHBEARER XOAUTH2$").close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"OAUTHBEARER", "XOAUTH2", "oauthbearer"})
    void aGoodTokenLogsInAsWithStock(String mechanism) {
        String response = response(mechanism, ALICE, issuer.token(ALICE, VALID));
        try (WireScript ours = greeted(guarded.smtp()); WireScript theirs = greeted(stock.smtp())) {
            ours.send("AUTH " + mechanism + " " + response).expectLine("235 2.7.0 ");
            theirs.send("AUTH " + mechanism + " " + response).expectLine("235 ");
            for (WireScript wire : new WireScript[] {ours, theirs}) {
                wire.send("MAIL FROM:<alice@localhost>").expect("250").send("RCPT TO:<erin@elsewhere.example>").expect("250");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"n,a=alice@localhost,\1auth=Bearer %s\1\1",
        "n,a=alice@localhost,\1host=mail.example\1port=587\1auth=Bearer %s\1\1",
        "y,a=alice@localhost,\1auth=bearer %s\1\1", "n,a=ALICE@localhost,\1auth=Bearer %s\1\1", "n,,\1auth=Bearer %s\1\1"})
    void whatClientsOfTheRfcSendIsUnderstood(String message) {
        try (WireScript wire = greeted(guarded.smtp())) {
            wire.send("AUTH OAUTHBEARER " + base64(String.format(Locale.ROOT, message, issuer.token(ALICE, VALID))))
                .expectLine("235 2.7.0 ")
                .send("MAIL FROM:<alice@localhost>").expect("250");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"n,a=bob@localhost,\1auth=Bearer %s\1\1", "n,a=bob@localhost,\1user=alice@localhost\1auth=Bearer %s\1\1"})
    void nobodyActsAsAnotherByAnIdentityOfTheRfc(String message) {
        try (WireScript wire = greeted(guarded.smtp())) {
            wire.send("AUTH OAUTHBEARER " + base64(String.format(Locale.ROOT, message, issuer.token(ALICE, VALID))));
            // From 3.10 on James refuses the token of a user who may not act as the other without a challenge.
            if (message.contains("\1user=") || JamesHome.current().isBefore(3, 10)) {
                wire.expect("334").send("AQ==");
            }
            wire.expect("535 5.7.8");
        }
    }

    @Test
    void aTokenWithoutAUserThatIsNotSignedLogsNobodyIn() {
        String forged = issuer.token(ALICE, VALID).replaceFirst("[.][^.]*$", ".AAAA");
        for (String token : new String[] {forged, "opaque"}) {
            try (WireScript wire = greeted(guarded.smtp())) {
                wire.send("AUTH OAUTHBEARER " + base64("n,,\1auth=Bearer " + token + "\1\1")).expect("334")
                    .send("AQ==").expect("535 5.7.8");
            }
        }
    }

    @Test
    void aRefusedTokenIsAnsweredAsEachMechanismHasIt() {
        String old = issuer.token(ALICE, VALID.negated());
        try (WireScript wire = greeted(guarded.smtp())) {
            assertThat(failure(wire.send("AUTH OAUTHBEARER " + base64("n,a=" + ALICE + ",\1auth=Bearer " + old + "\1\1"))))
                .contains("\"status\":\"invalid_token\"", "\"scope\":\"openid email\"");
            wire.send("AQ==").expect("535 5.7.8");
            assertThat(failure(wire.send("AUTH XOAUTH2 " + response("XOAUTH2", ALICE, old))))
                .contains("\"status\":\"401\"", "\"schemes\":\"Bearer\"", "\"scope\":\"openid email\"");
            wire.send("").expect("535 5.7.8");
            wire.send("AUTH XOAUTH2 " + response("XOAUTH2", ALICE, issuer.token(ALICE, VALID))).expect("235 2.7.0");
        }
    }

    private static String failure(WireScript wire) {
        String line = wire.read().text();
        assertThat(line).startsWith("334 ");
        return new String(Base64.getDecoder().decode(line.substring(4)), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({"curl, auth-oauthbearer", "curl, auth-oauthbearer-initial-response", "curl, auth-xoauth2", "msmtp, auth-oauthbearer",
        "msmtp, auth-xoauth2", "smtplib, auth-oauthbearer", "smtplib, auth-xoauth2"})
    void realClientsLogInWithATokenAndSend(String client, String variant) {
        assumeTrue(MailClient.of(client).version().isPresent(), () -> client + " is not installed");
        String subject = "by " + client + " with " + variant;

        MailClient.of(client).send(variant, guarded.smtp(), Submission.of(ALICE, issuer.token(ALICE, VALID), "bob@localhost", subject, 1));

        assertThat(Mailbox.of("bob", guarded.imap()).awaitMessageWith("Subject: " + subject)).isNotEmpty();
        assertThatThrownBy(() -> MailClient.of(client).send(variant, guarded.smtp(),
            Submission.of(ALICE, issuer.token(ALICE, VALID.negated()), "bob@localhost", subject, 1))).hasMessageContaining("exit code");
    }

    @Test
    void theTokenMayComeAfterAnEmptyChallenge() {
        try (WireScript wire = greeted(guarded.smtp())) {
            wire.send("AUTH OAUTHBEARER").expectMatch("^334 ?$")
                .send(response("OAUTHBEARER", ALICE, issuer.token(ALICE, VALID))).expectLine("235 2.7.0 ");
        }
    }

    @Test
    void theAdministratorsTokenIsGoodForOthers() {
        String response = response("OAUTHBEARER", ALICE, issuer.token("admin@localhost", VALID));
        try (WireScript ours = greeted(guarded.smtp()); WireScript theirs = greeted(stock.smtp())) {
            ours.send("AUTH OAUTHBEARER " + response).expectLine("235 2.7.0 ");
            theirs.send("AUTH OAUTHBEARER " + response).expectLine("235 ");
        }
    }

    @Test
    void aTokenThatIsNoneOrTooOldOrSomebodyElsesIsAnsweredAsByStockAndThenTeaches() {
        String old = issuer.token(ALICE, VALID.negated());
        String bobs = issuer.token("bob@localhost", VALID);
        String challenge = challenge(stock, response("OAUTHBEARER", ALICE, old));
        assertThat(new String(Base64.getDecoder().decode(challenge), StandardCharsets.UTF_8)).contains("\"status\":\"invalid_token\"");
        for (String response : new String[] {response("OAUTHBEARER", ALICE, "not.a.token"), response("OAUTHBEARER", ALICE, old),
            response("OAUTHBEARER", ALICE, bobs), base64("of no such form"), base64("n,user=alice@localhost\1\1")}) {
            try (WireScript wire = greeted(guarded.smtp())) {
                wire.send("AUTH OAUTHBEARER " + response);
                // From 3.10 on James refuses the token of a user who may not act as the other without a challenge.
                if (!response.equals(response("OAUTHBEARER", ALICE, bobs)) || JamesHome.current().isBefore(3, 10)) {
                    wire.expectMatch("^334 \\Q" + challenge + "\\E$").send("AQ==");
                }
                wire.expect("535 5.7.8").expectInReply("AUTH-CREDENTIALS").expectInReply("Next: ")
                    .send("AUTH PLAIN " + plain(ALICE, "secret")).expect("235");
            }
        }
        assertThat(guarded.log()).doesNotContain(old, bobs, base64(old), response("OAUTHBEARER", ALICE, bobs));
    }

    private static String challenge(JamesServer server, String response) {
        try (WireScript wire = greeted(server.smtp())) {
            String line = wire.send("AUTH OAUTHBEARER " + response).read().text();
            assertThat(line).startsWith("334 ");
            wire.send("AQ==").expect("535");
            return line.substring(4);
        }
    }

    @Test
    void aProviderThatFailsIsNoBadTokenAndNothingIsRepeatedInTheLog() {
        issuer.answerWith(500);
        String token = issuer.token(ALICE, VALID);
        try (WireScript wire = greeted(guarded.smtp())) {
            wire.send("AUTH OAUTHBEARER " + response("OAUTHBEARER", ALICE, token)).expect("454 4.7.0").expectInReply("AUTH-UNAVAILABLE");
            issuer.answerWith(200);
            wire.send("AUTH OAUTHBEARER " + response("OAUTHBEARER", ALICE, token)).expect("235");
        }
        assertThat(guarded.log()).doesNotContain(token).doesNotContain(response("OAUTHBEARER", ALICE, token));
    }

    /** Every thread that reads from connections would be busy, were the provider waited for on one. */
    @Test
    void whileTheProviderThinksOthersAreServed() {
        Runnable release = issuer.hold();
        String response = response("OAUTHBEARER", ALICE, issuer.token(ALICE, VALID));
        WireScript[] waiting = new WireScript[16];
        for (int i = 0; i < waiting.length; i++) {
            waiting[i] = greeted(guarded.smtp()).send("AUTH OAUTHBEARER " + response);
        }
        try {
            for (int i = 0; i < waiting.length; i++) {
                try (WireScript wire = greeted(guarded.smtp())) {
                    wire.send("NOOP").expect("250");
                }
            }
            waiting[0].abort();
        } finally {
            release.run();
        }
        for (int i = 1; i < waiting.length; i++) {
            waiting[i].expect("235").close();
        }
    }

    private static WireScript greeted(InetSocketAddress port) {
        return wire(port).expect("220").send("EHLO client.example").expect("250");
    }

    private static String response(String mechanism, String user, String token) {
        return base64(mechanism.equalsIgnoreCase("OAUTHBEARER")
            ? "n,user=" + user + "\1auth=Bearer " + token + "\1\1"
            : "user=" + user + "\1auth=Bearer " + token + "\1\1");
    }
}
