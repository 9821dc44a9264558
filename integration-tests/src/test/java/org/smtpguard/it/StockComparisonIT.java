package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.base64;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.JamesHome;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.Ports;
import org.smtpguard.it.server.TokenIssuer;
import org.smtpguard.it.wire.Mailbox;
import org.smtpguard.it.wire.Reply;
import org.smtpguard.it.wire.WireScript;

/**
 * What James' own tests of SMTP check, played against stock and against the guard on ports of the same settings. Every difference
 * has to be a row of {@code docs/compatibility.md}, and a row that a dialogue names has to make a difference.
 */
class StockComparisonIT {
    private static final String SAME = "";
    private static final String ALICE = "alice@localhost";
    private static final String PASSWORD = "james-password-of-alice";
    private static final String RAW = "raw ";
    private static final String MESSAGE = "message ";
    private static final String TLS = "starttls";
    private static final String EHLO = "EHLO client.example";
    private static final String FROM_ALICE = "MAIL FROM:<alice@localhost>";
    private static final String TO_BOB = "RCPT TO:<bob@localhost>";
    private static final String AUTH = "AUTH PLAIN " + plain(ALICE, PASSWORD);
    /** As James' own tests write it: with a NUL behind the password. */
    private static final String AUTH_AS_IN_JAMES_TESTS = "AUTH PLAIN " + base64("\0" + ALICE + "\0" + PASSWORD + "\0");
    private static final String ANNOUNCED = "<auth><announce>always</announce></auth>";

    /** Settings of the ports, by name; {@code handlers} is what comes before the core. */
    private static final Map<String, String> SETTINGS = settings();
    private static final Map<String, String> HANDLERS = Map.of(
        "dsn", List.of("DSNEhloHook", "DSNMailParameterHook", "DSNRcptParameterHook", "DSNMessageHook").stream()
            .map(name -> "<handler class=\"org.apache.james.smtpserver.dsn." + name + "\"/>").collect(Collectors.joining()),
        "max-rcpt", "<handler class=\"org.apache.james.smtpserver.fastfail.MaxRcptHandler\"><maxRcpt>1</maxRcpt></handler>",
        "hooks", "<handler class=\"org.smtpguard.fixture.RefusingHooks\"/>");

    private static TokenIssuer issuer;
    private static Comparison comparison;

    @BeforeAll
    static void start() {
        issuer = TokenIssuer.start();
        SETTINGS.put("oidc", "<auth><announce>always</announce>" + issuer.oidcElement() + "</auth>");
        comparison = new Comparison();
    }

    @AfterAll
    static void stop() {
        comparison.close();
        issuer.close();
    }

    private static Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        String networks = "<auth><announce>forUnauthorizedAddresses</announce></auth><authorizedAddresses>%s</authorizedAddresses>";
        settings.put("always", ANNOUNCED);
        settings.put("lenient", ANNOUNCED);
        settings.put("never", "<auth><announce>never</announce></auth>");
        settings.put("none", "<authRequired>false</authRequired>");
        settings.put("authorized", String.format(Locale.ROOT, networks, "127.0.0.0/8"));
        settings.put("unauthorized", String.format(Locale.ROOT, networks, "172.16.0.0/16"));
        settings.put("no-plain", "<auth><announce>always</announce><plainAuthEnabled>false</plainAuthEnabled></auth>");
        settings.put("require-ssl", "<auth><announce>always</announce><requireSSL>true</requireSSL></auth>");
        settings.put("no-helo", ANNOUNCED + "<heloEhloEnforcement>false</heloEhloEnforcement>");
        settings.put("no-brackets", ANNOUNCED + "<addressBracketsEnforcement>false</addressBracketsEnforcement>");
        settings.put("1-kb", ANNOUNCED + "<maxmessagesize>1</maxmessagesize>");
        settings.put("verify", ANNOUNCED + "<verifyIdentity>true</verifyIdentity>");
        settings.put("2-connections", ANNOUNCED + "<connectionLimit>2</connectionLimit>");
        settings.put("greeting", ANNOUNCED + "<smtpGreeting>welcome here</smtpGreeting>");
        settings.put("dsn", ANNOUNCED);
        settings.put("max-rcpt", ANNOUNCED);
        settings.put("hooks", ANNOUNCED);
        return settings;
    }

    @Test
    void whatJamesTestsCheckIsTheSameOrADocumentedDifference() throws IOException {
        // SMTPServerTest
        compare("testMaxLineLength", "always", SAME, "EHLO " + "A".repeat(8192), EHLO);
        compare("testSimpleMailSendWithEHLO", "always", SAME, EHLO, FROM_ALICE, TO_BOB, "DATA", MESSAGE + "with EHLO", "QUIT");
        compare("testSimpleMailSendWithHELO", "always", SAME, "HELO client.example", FROM_ALICE, TO_BOB, "DATA", MESSAGE + "with HELO");
        compare("testTwoMailsInSequence", "always", SAME, EHLO, FROM_ALICE, TO_BOB, "DATA", MESSAGE + "first", FROM_ALICE, TO_BOB, "DATA",
            MESSAGE + "second");
        compare("testMultipleMailsAndRset", "always", SAME, EHLO, FROM_ALICE, "RSET", FROM_ALICE);
        compare("messageExceedingMessageSize", "1-kb", SAME, EHLO, FROM_ALICE, TO_BOB, "DATA",
            MESSAGE + "x".repeat(900) + "|" + "y".repeat(900));
        compare("testHandleMessageSizeLimitRespected", "1-kb", SAME, EHLO, FROM_ALICE, TO_BOB, "DATA", MESSAGE + "short");
        compare("testHandleAnnouncedMessageSizeLimitExceeded", "1-kb", SAME, EHLO, "MAIL FROM:<alice@localhost> SIZE=1025", TO_BOB);
        compare("testStartTLSInEHLO", "require-ssl", SAME, EHLO);
        compare("startTlsCommandShouldWorkWhenAlone", "require-ssl", SAME, EHLO, TLS, EHLO, AUTH);
        compare("startTlsCommandShouldFailWhenFollowedByInjectedCommand", "require-ssl", "SEQ-PIPELINING after STARTTLS", EHLO,
            RAW + "1 STARTTLS|AUTH PLAIN|");
        compare("testMaxRcpt", "max-rcpt", SAME, EHLO, FROM_ALICE, TO_BOB, "RCPT TO:<carol@localhost>");
        compare("testMaxRcptDefault", "always", SAME, EHLO, FROM_ALICE, TO_BOB, "RCPT TO:<carol@localhost>");
        compare("testHeloEnforcement", "always", SAME, FROM_ALICE, "HELO client.example", FROM_ALICE);
        compare("testHeloEnforcementDisabled", "no-helo", SAME, FROM_ALICE, TO_BOB, "DATA", MESSAGE + "without a greeting");
        compare("testAuthCancel", "authorized", SAME, EHLO, "AUTH PLAIN", "*", FROM_ALICE);
        compare("testAuth", "verify", "AUTH-ENCODING", EHLO, "AUTH FOO", FROM_ALICE, AUTH_AS_IN_JAMES_TESTS, FROM_ALICE);
        compare("testAuth", "lenient", SAME, EHLO, "AUTH FOO", "AUTH PLAIN", base64("\0nobody-here@localhost\0pwd\0"), "AUTH PLAIN",
            base64("\0" + ALICE + "\0wrong\0"), AUTH_AS_IN_JAMES_TESTS, FROM_ALICE, "AUTH PLAIN", "RCPT TO:<mail@sample.example>");
        compare("testAuthSendMail", "unauthorized", SAME, EHLO, AUTH, FROM_ALICE, "RCPT TO:<mail@sample.example>", "DATA", MESSAGE + "x");
        compare("testAuthSendMail without the first NUL", "lenient", SAME, EHLO, "AUTH PLAIN " + base64(ALICE + "\0" + PASSWORD));
        String trailing = base64(ALICE + "\0" + PASSWORD + "\0");
        // James 3.10 takes the password for the user, logs it, and refuses; what is not base64 it refuses as the guard does.
        boolean isLenient = JamesHome.current().isBefore(3, 10);
        if (isLenient) {
            compare("testAuthSendMail without the first NUL, with one at the end", "lenient", SAME, EHLO, "AUTH PLAIN " + trailing);
            compare("testAuthSendMail without the first NUL, with one at the end", "lenient", SAME, EHLO, "AUTH PLAIN", trailing);
            compare("testAuthSendMail without the first NUL, with one at the end", "always", "AUTH-ENCODING", EHLO,
                "AUTH PLAIN " + trailing);
        }
        compare("testAuthSendMail without padding", "lenient", SAME, EHLO, AUTH.replace("=", ""));
        compare("testAuth, LOGIN", "always", SAME, EHLO, "AUTH LOGIN", base64(ALICE), base64(PASSWORD), FROM_ALICE);
        compare("testAuthShouldSucceedWhenPasswordHasMoreThan255Characters", "lenient", SAME, EHLO,
            "AUTH PLAIN " + base64("\0" + ALICE + "\0" + "1".repeat(300) + "\0"));
        compare("testAuthShouldFailedWhenUserPassIsNotBase64Decoded", "always", isLenient ? "AUTH-ENCODING" : SAME, EHLO, "AUTH PLAIN",
            "canNotDecode");
        compare("testAuthSendMailFromAlias", "verify", SAME, EHLO, AUTH, FROM_ALICE, TO_BOB);
        compare("testAuthSendMailFromGroupAlias", "verify", SAME, EHLO, AUTH, "MAIL FROM:<bob@localhost>", TO_BOB);
        compare("testAuthWithEmptySender", "unauthorized", "SEQ-AUTH-IN-TRANSACTION", EHLO, "MAIL FROM:<>", AUTH);
        compare("testNoRecepientSpecified", "always", SAME, EHLO, FROM_ALICE, "DATA");
        compare("testRelayingDenied", "unauthorized", SAME, EHLO, "MAIL FROM:<mail@sample.example>", "RCPT TO:<maila@sample.example>");
        compare("testAddressBracketsEnforcementDisabled", "no-brackets", SAME, EHLO, "MAIL FROM: alice@localhost", "RCPT TO: bob@localhost",
            EHLO, FROM_ALICE, TO_BOB);
        compare("testAddressBracketsEnforcementEnabled", "always", SAME, EHLO, "MAIL FROM: alice@localhost", FROM_ALICE,
            "RCPT TO: bob@localhost", TO_BOB);
        String mail = "MAIL FROM: <alice@localhost>|";
        String content = "DATA|Subject: pipelined||content|.|QUIT|";
        compare("testPipelining", "always", "SEQ-PIPELINING", RAW + "6 HELO TEST|" + mail + "RCPT TO: <bob@localhost>|" + content);
        compare("testRejectAllRCPTPipelining", "unauthorized", "SEQ-PIPELINING",
            RAW + "6 HELO TEST|" + mail + "RCPT TO: <a@invalid.example>|RCPT TO: <b@invalid.example>|" + content);
        compare("testRejectOneRCPTPipelining", "unauthorized", "SEQ-PIPELINING",
            RAW + "7 HELO TEST|" + mail + "RCPT TO: <a@invalid.example>|RCPT TO: <bob@localhost>|" + content);
        compare("testPipelining, as RFC 2920 has it", "always", SAME, EHLO, RAW + "3 " + mail + "RCPT TO: <bob@localhost>|DATA|",
            MESSAGE + "pipelined in order");
        compare("testRejectOneRCPTPipelining, as RFC 2920 has it", "unauthorized", SAME, EHLO,
            RAW + "4 " + mail + "RCPT TO: <a@invalid.example>|RCPT TO: <bob@localhost>|DATA|", MESSAGE + "to one");
        compare("testRejectAllRCPTPipelining, as RFC 2920 has it", "unauthorized", "SEQ-RCPT-REFUSED", EHLO,
            RAW + "3 " + mail + "RCPT TO: <a@invalid.example>|DATA|");
        compare("smtpGreeting", "greeting", SAME, EHLO);
        // AuthAnnounceTest
        compare("authAnnounceAlwaysShouldAnnounceAuth", "always", SAME, EHLO);
        compare("authAnnounceSometimeShouldNotAnnounceAuthWhenMatching", "authorized", SAME, EHLO);
        compare("authAnnounceSometimeShouldAnnounceAuthWhenNotMatching", "unauthorized", SAME, EHLO);
        compare("plainAuthShouldNotBeAnnouncedWhenDisabled", "no-plain", SAME, EHLO);
        compare("plainAuthShouldFailWhenDisabled", "no-plain", SAME, EHLO, "AUTH PLAIN", AUTH, "AUTH LOGIN", FROM_ALICE);
        compare("plainAuthShouldFailWhenDisabled, before EHLO", "no-plain", "SEQ-EHLO-MISSING", "AUTH PLAIN");
        compare("authAnnounceNeverShouldNotAnnounceAuth", "never", SAME, EHLO, FROM_ALICE);
        compare("authAnnounceNever, and AUTH", "never", "AUTH-TLS-REQUIRED", EHLO, AUTH);
        compare("authShouldNotBeAnnouncedOnPlainChannelsWhenRequireSSL", "require-ssl", SAME, EHLO, TLS, EHLO);
        compare("requireSSL, and AUTH in clear text", "require-ssl", "AUTH-TLS-REQUIRED", EHLO, AUTH);
        compare("shouldStartWithPreviousConfiguration", "none", SAME, EHLO);
        // DSNTest
        compare("ehloShouldAdvertiseDsnExtension", "dsn", SAME, EHLO);
        compare("authenticate before EHLO", "dsn", "SEQ-EHLO-MISSING", AUTH, EHLO);
        for (String parameters : List.of(" RET=HDRS ENVID=QQ314159", " ENVID=QQ314159", " RET=HDRS", "", " RET=NONSENSE")) {
            for (String ofRcpt : List.of(" NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;orcpt@localhost", " ORCPT=rfc822;orcpt@localhost",
                " NOTIFY=SUCCESS,FAILURE,DELAY", "", " NOTIFY=NONSENSE")) {
                compare("dsnParameters" + parameters + " and" + ofRcpt, "dsn", SAME, EHLO, AUTH, FROM_ALICE + parameters, TO_BOB + ofRcpt,
                    "RCPT TO:<carol@localhost>", "DATA", MESSAGE + "dsn");
            }
        }
        // SMTPSaslTest
        Duration valid = Duration.ofMinutes(5);
        for (String mechanism : List.of("OAUTHBEARER", "XOAUTH2")) {
            String good = "AUTH " + mechanism + " " + bearer(ALICE, issuer.token(ALICE, valid));
            compare("oauthShouldSuccessWhenValidToken, " + mechanism, "oidc", SAME, EHLO, good, "AUTH " + mechanism, FROM_ALICE, TO_BOB,
                "DATA", MESSAGE + "by a token");
            compare("oauthShouldFailWhenInvalidToken, " + mechanism, "oidc", SAME, EHLO,
                "AUTH " + mechanism + " " + bearer(ALICE, "not.a.token"), "AQ==", FROM_ALICE);
            compare("oauthShouldFailWhenConfigIsNotProvided, " + mechanism, "always", SAME, EHLO, good);
            compare("oauthShouldImpersonateFailWhenNOTDelegated, " + mechanism, "oidc", SAME, EHLO,
                "AUTH " + mechanism + " " + bearer("bob@localhost", issuer.token(ALICE, valid)), "AQ==");
        }
        compare("ehloShouldAdvertise...WhenConfigIsProvided", "oidc", SAME, EHLO);
        compare("sendMailShouldFailWhenNotAuthenticated", "oidc", SAME, EHLO, FROM_ALICE, "RCPT TO:<mail@sample.example>");
        // AbstractSMTPServerTest
        compare("testStartTlsNotSupported", "always", "STARTTLS refused", EHLO, "STARTTLS", "QUIT");
        compare("testUnknownCommand", "always", SAME, "UNKNOWN", EHLO, "UNKNOWN x", "QUIT");
        compare("testNoop", "always", SAME, "NOOP", EHLO, "NOOP", "QUIT");
        compare("testMailWithoutBrackets", "always", SAME, EHLO, "MAIL FROM:invalid", FROM_ALICE);
        compare("testInvalidHelo", "always", SAME, "HELO", "HELO client.example");
        compare("testRcptWithoutBrackets", "always", SAME, EHLO, FROM_ALICE, "RCPT TO:bob@localhost");
        compare("testNullSender", "always", SAME, EHLO, "MAIL FROM:<>", TO_BOB, "DATA", MESSAGE + "from nobody");
        for (String kind : List.of("refused", "deferred")) {
            compare("testHeloHook, " + kind, "hooks", SAME, "EHLO " + kind + ".example", "HELO " + kind + ".example", EHLO);
            compare("testMailHook, " + kind, "hooks", SAME, EHLO, "MAIL FROM:<" + kind + "@localhost>", FROM_ALICE);
            compare("testRcptHook, " + kind, "hooks", SAME, EHLO, FROM_ALICE, "RCPT TO:<" + kind + "@localhost>", TO_BOB, "DATA",
                MESSAGE + "to the other");
            compare("testMessageHook, " + kind, "hooks", SAME, EHLO, "MAIL FROM:<message-" + kind + "@localhost>", TO_BOB, "DATA",
                MESSAGE + "of no use", FROM_ALICE);
        }

        comparison.hold();
    }

    /** A reply of the third while two are connected would be a fault; what James says there is nothing. */
    @Test
    @SuppressWarnings("try") // The third has nothing to say.
    void theLimitOfConnectionsHolds() {
        for (InetSocketAddress port : List.of(comparison.stock.get("2-connections"), comparison.guarded.get("2-connections"))) {
            try (WireScript first = wire(port).expect("220"); WireScript second = wire(port).expect("220");
                 WireScript third = wire(port).expectClosed()) {
                first.send("QUIT").expect("221");
                second.send("NOOP").expect("250");
            }
        }
    }

    private static String bearer(String user, String token) {
        return base64("n,user=" + user + "\1auth=Bearer " + token + "\1\1");
    }

    private static void compare(String name, String port, String row, String... lines) {
        comparison.play(name, port, row, lines);
    }

    /** Two servers with the same ports, and what came of the dialogues so far. */
    private static final class Comparison {
        private final Map<String, InetSocketAddress> stock = new LinkedHashMap<>();
        private final Map<String, InetSocketAddress> guarded = new LinkedHashMap<>();
        private final List<String> table = new ArrayList<>();
        private final List<String> faults = new ArrayList<>();
        private final Set<String> rows = new TreeSet<>();
        private final JamesServer stockServer = start(JamesServer.stock(), stock, false);
        private final JamesServer guardedServer = start(JamesServer.guarded(), guarded, true);
        private int subjects;

        private static JamesServer start(JamesServer.Builder builder, Map<String, InetSocketAddress> ports, boolean guard) {
            SETTINGS.keySet().forEach(name -> ports.put(name, Ports.one()));
            String all = ports.entrySet().stream().map(port -> element(port.getKey(), port.getValue().getPort(), guard))
                .collect(Collectors.joining());
            return builder.editConf("smtpserver.xml", xml -> xml.replace("</smtpservers>", all + "</smtpservers>")).start();
        }

        private static String element(String name, int port, boolean guard) {
            boolean tls = name.equals("require-ssl");
            String handlers = HANDLERS.getOrDefault(name, "")
                + "<handler class=\"org.apache.james.smtpserver.fastfail.ValidRcptHandler\"/>";
            String rule = name.equals("lenient") ? "<rule id=\"AUTH-ENCODING\" mode=\"observe\"/>" : "";
            String chain = guard
                ? "<handlerchain coreHandlersPackage=\"org.smtpguard.james.GuardHandlers\">"
                    + "<handler class=\"org.smtpguard.james.SequenceGuard\">" + rule + "</handler>"
                    + "<handler class=\"org.smtpguard.james.Authentication\"><backend class=\"JamesBackend\" name=\"own\"/></handler>"
                : "<handlerchain>";
            return "<smtpserver enabled=\"true\"><jmxName>smtp-" + name + "</jmxName><bind>127.0.0.1:" + port + "</bind>"
                + "<helloName autodetect=\"false\">localhost</helloName>"
                + (tls ? "<tls socketTLS=\"false\" startTLS=\"true\"><keystore>file://conf/keystore</keystore>"
                    + "<keystoreType>PKCS12</keystoreType><secret>james72laBalle</secret></tls>" : "")
                + SETTINGS.get(name) + (SETTINGS.get(name).contains("verifyIdentity") ? "" : "<verifyIdentity>false</verifyIdentity>")
                + chain + handlers + (guard ? "" : "<handler class=\"org.apache.james.smtpserver.CoreCmdHandlerLoader\"/>")
                + "</handlerchain></smtpserver>";
        }

        private void play(String name, String port, String row, String... lines) {
            String subject = "comparison-" + ++subjects + "-end";
            List<String> before = dialogue(stockServer, stock.get(port), subject, lines);
            List<String> after = dialogue(guardedServer, guarded.get(port), subject, lines);
            boolean same = before.equals(after);
            String verdict = same ? "same" : row.isEmpty() ? "FAULT" : "difference: " + row;
            if (same != row.isEmpty()) {
                faults.add(name + " (" + port + "): stock " + before + ", guard " + after + ", expected " + (row.isEmpty() ? "same" : row));
            }
            if (!row.isEmpty()) {
                rows.add(row);
            }
            table.add(String.format(Locale.ROOT, "%-66s %-13s %s", name, port, verdict));
        }

        private static List<String> dialogue(JamesServer server, InetSocketAddress port, String subject, String... lines) {
            List<String> outcome = new ArrayList<>();
            try (WireScript wire = wire(port)) {
                outcome.add(wire.read().text());
                boolean delivered = false;
                for (String line : lines) {
                    if (line.equals(TLS)) {
                        wire.startTls();
                    } else if (line.startsWith(RAW)) {
                        String[] parts = line.split(" ", 3);
                        wire.sendRaw(parts[2].replace("|", "\r\n"));
                        for (int i = Integer.parseInt(parts[1]); i > 0; i--) {
                            outcome.add(outcome(wire.read()));
                        }
                    } else if (line.startsWith(MESSAGE)) {
                        wire.message(("Subject: " + subject + "||" + line.substring(MESSAGE.length())).split("[|]"));
                        outcome.add(outcome(wire.read()));
                        delivered |= wire.reply().code() == 250;
                    } else {
                        outcome.add(outcome(wire.send(line).read()));
                    }
                }
                if (delivered && Arrays.asList(lines).contains(TO_BOB)) {
                    outcome.add(Mailbox.of("bob", server.imap()).awaitMessageWith("Subject: " + subject).contains("Received: from")
                        ? "delivered, with Received" : "delivered");
                }
            } catch (AssertionError e) {
                outcome.add("closed");
            }
            return outcome;
        }

        /** The code; of EHLO the extensions, too, in whatever order. */
        private static String outcome(Reply reply) {
            if (reply.code() != 250 || reply.lines().size() == 1) {
                return Integer.toString(reply.code());
            }
            return "250 " + reply.lines().stream().skip(1).map(line -> line.substring(4)).filter(line -> !line.startsWith("AUTH="))
                .map(line -> line.startsWith("AUTH ") ? Arrays.stream(line.split(" ")).sorted().collect(Collectors.joining(" ")) : line)
                .sorted().collect(Collectors.toList());
        }

        private void hold() throws IOException {
            System.out.println(String.join(System.lineSeparator(), table));
            System.out.printf(Locale.ROOT, "%d dialogues, %d the same, %d documented differences, %d faults%n", table.size(),
                table.stream().filter(line -> line.endsWith(" same")).count(),
                table.stream().filter(line -> line.contains("difference: ")).count(), faults.size());
            assertThat(faults).isEmpty();
            Path page = Path.of(System.getProperty("smtpguard.it.project", ".")).resolve("docs/compatibility.md");
            List<String> documented = Files.readAllLines(page, StandardCharsets.UTF_8);
            assertThat(rows).allSatisfy(row -> assertThat(documented)
                .anyMatch(line -> line.replace("`", "").startsWith("| " + row + " |")));
        }

        private void close() {
            guardedServer.close();
            stockServer.close();
        }
    }
}
