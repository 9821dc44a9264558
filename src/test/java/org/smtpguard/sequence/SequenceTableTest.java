package org.smtpguard.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;

class SequenceTableTest {
    private static final SequenceTable TABLE = new SequenceTable();
    private static final String LEGAL = "-";

    private static final Port OPEN_PORT = Port.plain().withStartTls(true).withAuth(Port.AuthOffer.ALWAYS, "AUTH PLAIN <base64>");
    private static final Port SUBMISSION = OPEN_PORT.withAuth(Port.AuthOffer.UNDER_TLS, "AUTH PLAIN <base64>");

    /** Every stage that a session can be at, by name. */
    private static final Map<String, SessionState> STAGES = stages();

    /**
     * What the RFCs ask for, stage by stage, verb by verb: RFC 5321 3.3 and 4.1.4 for the order of mail commands, RFC 4954 3 and 4
     * for AUTH, RFC 3207 4 for STARTTLS. What is not named is legal everywhere: NOOP, HELP, VRFY, EXPN, RSET and QUIT
     * (RFC 5321 4.1.4), and what the server does not know is the server's to answer.
     */
    private static final List<String> EXPECTED = List.of(
        "stage            | EHLO | HELO | MAIL           | RCPT           | DATA           | AUTH                | STARTTLS",
        "connected        | -    | -    | EHLO-MISSING   | EHLO-MISSING   | EHLO-MISSING   | EHLO-MISSING        | EHLO-MISSING",
        "helo             | -    | -    | -              | MAIL-MISSING   | MAIL-MISSING   | EHLO-NOT-HELO       | EHLO-NOT-HELO",
        "helo, sender     | -    | -    | MAIL-NESTED    | -              | RCPT-MISSING   | EHLO-NOT-HELO       | EHLO-NOT-HELO",
        "ehlo             | -    | -    | -              | MAIL-MISSING   | MAIL-MISSING   | -                   | -",
        "sender           | -    | -    | MAIL-NESTED    | -              | RCPT-MISSING   | AUTH-IN-TRANSACTION | STARTTLS-IN-TRANSACTION",
        "sender, refused  | -    | -    | MAIL-NESTED    | -              | RCPT-REFUSED   | AUTH-IN-TRANSACTION | STARTTLS-IN-TRANSACTION",
        "recipient        | -    | -    | MAIL-NESTED    | -              | -              | AUTH-IN-TRANSACTION | STARTTLS-IN-TRANSACTION",
        "some refused     | -    | -    | MAIL-NESTED    | -              | -              | AUTH-IN-TRANSACTION | STARTTLS-IN-TRANSACTION",
        "authenticated    | -    | -    | -              | MAIL-MISSING   | MAIL-MISSING   | AUTH-REPEATED       | STARTTLS-AFTER-AUTH",
        "auth, recipient  | -    | -    | MAIL-NESTED    | -              | -              | AUTH-REPEATED       | STARTTLS-AFTER-AUTH",
        "tls              | -    | -    | EHLO-AFTER-TLS | EHLO-AFTER-TLS | EHLO-AFTER-TLS | EHLO-AFTER-TLS      | STARTTLS-REPEATED",
        "tls at once      | -    | -    | EHLO-MISSING   | EHLO-MISSING   | EHLO-MISSING   | EHLO-MISSING        | STARTTLS-REPEATED",
        "tls, ehlo        | -    | -    | -              | MAIL-MISSING   | MAIL-MISSING   | -                   | STARTTLS-REPEATED",
        "tls, helo        | -    | -    | -              | MAIL-MISSING   | MAIL-MISSING   | EHLO-NOT-HELO       | STARTTLS-REPEATED",
        "tls, auth        | -    | -    | -              | MAIL-MISSING   | MAIL-MISSING   | AUTH-REPEATED       | STARTTLS-REPEATED",
        "submission, ehlo | -    | -    | -              | MAIL-MISSING   | MAIL-MISSING   | AUTH-TLS-REQUIRED   | -",
        "submission, tls  | -    | -    | -              | MAIL-MISSING   | MAIL-MISSING   | -                   | STARTTLS-REPEATED");

    @TestFactory
    Stream<DynamicTest> everyStageTimesEveryVerbHasTheVerdictOfTheRfc() {
        List<String> header = cells(EXPECTED.get(0));
        return EXPECTED.stream().skip(1).map(SequenceTableTest::cells).flatMap(row -> Arrays.stream(Verb.values()).map(verb -> {
            int column = header.indexOf(verb.name());
            String expected = column < 0 ? LEGAL : row.get(column);
            return DynamicTest.dynamicTest(verb + " at " + row.get(0) + ": " + expected,
                () -> assertThat(verdict(STAGES.get(row.get(0)), wellFormed(verb))).isEqualTo(expected));
        }));
    }

    @Test
    void theTableOfThisTestNamesEveryStageOnce() {
        assertThat(EXPECTED.stream().skip(1).map(row -> cells(row).get(0))).containsExactlyInAnyOrderElementsOf(STAGES.keySet());
    }

    @TestFactory
    Stream<DynamicTest> aCommandThatLacksItsArgumentOrHasOneTooManyIsASyntaxErrorAtEveryStageWhereItIsReadAtAll() {
        List<CommandLine> malformed = List.of(
            CommandLine.of(Verb.EHLO, Optional.empty()), CommandLine.of(Verb.HELO, Optional.of(" ")),
            CommandLine.of(Verb.DATA, Optional.of("now")), CommandLine.of(Verb.RSET, Optional.of("now")),
            CommandLine.of(Verb.QUIT, Optional.of("now")), CommandLine.of(Verb.STARTTLS, Optional.of("now")));
        return STAGES.entrySet().stream().flatMap(stage -> malformed.stream().map(command ->
            DynamicTest.dynamicTest(command + " " + command.argument() + " at " + stage.getKey(),
                () -> {
                    SequenceRule rule = TABLE.judge(stage.getValue(), command).refusedBy().orElseThrow();
                    assertThat(rule.id()).isEqualTo(DiagnosisId.SYN_ARGUMENT);
                    assertThat(rule.code()).isEqualTo(501);
                    assertThat(rule.status()).hasToString("5.5.4");
                })));
    }

    @Test
    void authWithoutAMechanismIsASyntaxErrorWhereAuthIsLegal() {
        assertThat(verdict(STAGES.get("ehlo"), CommandLine.of(Verb.AUTH, Optional.empty()))).isEqualTo("SYN-ARGUMENT");
    }

    @Test
    void everyRefusalOfTheOrderIs503Or554AndEveryRowNamesItsRfc() {
        assertThat(TABLE.rows()).allSatisfy(row -> {
            assertThat(row.reference()).startsWith("RFC ");
            assertThat(row.verbs()).isNotEmpty();
            if (row.id().toString().startsWith("SEQ-")) {
                assertThat(row.code()).isIn(503, 554);
                assertThat(row.status()).hasToString("5.5.1");
            }
        });
    }

    @Test
    void aRuleThatObservesRefusesNothingAndIsNamed() {
        Verdict verdict = TABLE.judge(STAGES.get("sender"), wellFormed(Verb.MAIL), id -> Mode.OBSERVE);

        assertThat(verdict.isLegal()).isTrue();
        assertThat(verdict.observed()).extracting(SequenceRule::id).containsExactly(DiagnosisId.SEQ_MAIL_NESTED);
    }

    @Test
    void aRuleBehindOneThatObservesStillRefuses() {
        Function<DiagnosisId, Mode> modes = id -> id == DiagnosisId.SYN_ARGUMENT ? Mode.OBSERVE : Mode.ENFORCE;

        Verdict verdict = TABLE.judge(STAGES.get("sender"), CommandLine.of(Verb.DATA, Optional.of("now")), modes);

        assertThat(verdict.refusedBy()).map(SequenceRule::id).contains(DiagnosisId.SEQ_RCPT_MISSING);
        assertThat(verdict.observed()).extracting(SequenceRule::id).containsExactly(DiagnosisId.SYN_ARGUMENT);
    }

    @Test
    void aRuleThatIsOffIsNotAsked() {
        Verdict verdict = TABLE.judge(STAGES.get("sender"), wellFormed(Verb.MAIL), id -> Mode.OFF);

        assertThat(verdict.isLegal()).isTrue();
        assertThat(verdict.observed()).isEmpty();
    }

    private static String verdict(SessionState state, CommandLine command) {
        return TABLE.judge(state, command).refusedBy().map(rule -> rule.id().toString().replaceFirst("^SEQ-", "")).orElse(LEGAL);
    }

    private static CommandLine wellFormed(Verb verb) {
        switch (verb) {
            case DATA:
            case RSET:
            case QUIT:
            case STARTTLS:
                return CommandLine.of(verb, Optional.empty());
            default:
                return CommandLine.of(verb, Optional.of("something"));
        }
    }

    private static List<String> cells(String row) {
        return Arrays.stream(row.split("\\|")).map(String::trim).collect(Collectors.toList());
    }

    private static Map<String, SessionState> stages() {
        List<RefusedRecipient> refused = List.of(RefusedRecipient.of("<x@example.org>", "550 5.1.1 no"));
        SessionState connected = SessionState.on(OPEN_PORT).build();
        SessionState ehlo = connected.toBuilder().greeting(Greeting.EHLO).build();
        SessionState helo = connected.toBuilder().greeting(Greeting.HELO).build();
        SessionState sender = ehlo.toBuilder().sender("a@example.org").build();
        SessionState recipient = sender.toBuilder().recipients(1).build();
        return Map.ofEntries(
            Map.entry("connected", connected),
            Map.entry("helo", helo),
            Map.entry("helo, sender", helo.toBuilder().sender("a@example.org").build()),
            Map.entry("ehlo", ehlo),
            Map.entry("sender", sender),
            Map.entry("sender, refused", sender.toBuilder().refusedRecipients(refused).build()),
            Map.entry("recipient", recipient),
            Map.entry("some refused", recipient.toBuilder().refusedRecipients(refused).build()),
            Map.entry("authenticated", ehlo.toBuilder().authenticated(true).build()),
            Map.entry("auth, recipient", recipient.toBuilder().authenticated(true).build()),
            Map.entry("tls", ehlo.toBuilder().tls(true).greeting(Greeting.VOIDED_BY_TLS).build()),
            Map.entry("tls at once", connected.toBuilder().tls(true).build()),
            Map.entry("tls, ehlo", ehlo.toBuilder().tls(true).build()),
            Map.entry("tls, helo", helo.toBuilder().tls(true).build()),
            Map.entry("tls, auth", ehlo.toBuilder().tls(true).authenticated(true).build()),
            Map.entry("submission, ehlo", SessionState.on(SUBMISSION).greeting(Greeting.EHLO).build()),
            Map.entry("submission, tls", SessionState.on(SUBMISSION).greeting(Greeting.EHLO).tls(true).build()));
    }
}
