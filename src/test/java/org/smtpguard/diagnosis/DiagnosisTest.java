package org.smtpguard.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Reply;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sequence.Greeting;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.RefusedRecipient;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;

class DiagnosisTest {
    private static final String SESSION = "7f3a9c21";
    private static final Port PORT = Port.plain().withAuth(Port.AuthOffer.ALWAYS, "AUTH PLAIN <base64>");

    private static final List<String> MECHANISMS = List.of("SCRAM-SHA-256", "PLAIN", "LOGIN");

    private final SequenceTable table = new SequenceTable();
    private final Diagnostician diagnostician = new Diagnostician(table);
    private final DiagnosisCatalogue catalogue = new DiagnosisCatalogue();
    private final HelpDesk helpDesk = new HelpDesk(table, catalogue);
    private final ReplyRenderer full = new ReplyRenderer(ReplyStyle.FULL, Optional.empty());
    private final ReplyRenderer brief = new ReplyRenderer(ReplyStyle.BRIEF, Optional.empty());
    private final SessionState sender = SessionState.on(PORT).greeting(Greeting.EHLO).sender("alice@example.org").build();

    @Test
    void theFullStyleSaysCauseStateNextAndHelp() {
        assertThat(wire(full.render(refusal(sender, "DATA"), SESSION))).containsExactly(
            "503-5.5.1 DATA refused: no recipient has been accepted yet [SEQ-RCPT-MISSING]",
            "503-5.5.1 State: EHLO done, sender <alice@example.org>, 0 recipients accepted",
            "503-5.5.1 Next: RCPT TO:<address> | RSET | QUIT",
            "503 5.5.1 Help: HELP SEQ-RCPT-MISSING (session 7f3a9c21)");
    }

    @Test
    void theBriefStyleSaysItInOneLine() {
        assertThat(wire(brief.render(refusal(sender, "DATA"), SESSION))).containsExactly(
            "503 5.5.1 DATA refused: no recipient has been accepted yet; next: RCPT TO:<address> [SEQ-RCPT-MISSING 7f3a9c21]");
    }

    @Test
    void theHelpUrlNamesTheDiagnosis() {
        ReplyRenderer renderer = new ReplyRenderer(ReplyStyle.FULL, Optional.of("https://wiki.example.org/smtp/{id}"));

        assertThat(wire(renderer.render(refusal(sender, "DATA"), SESSION))).last().isEqualTo(
            "503 5.5.1 Help: HELP SEQ-RCPT-MISSING or https://wiki.example.org/smtp/SEQ-RCPT-MISSING (session 7f3a9c21)");
    }

    @Test
    void aPortWithoutHelpNamesTheOperatorsPageOrTheOperator() {
        ReplyRenderer withPage = new ReplyRenderer(ReplyStyle.FULL, Optional.of("https://wiki.example.org/smtp/{id}"));

        assertThat(wire(full.withoutHelpCommand().render(refusal(sender, "DATA"), SESSION))).last().isEqualTo(
            "503 5.5.1 Help: ask the operator of this server (session 7f3a9c21)");
        assertThat(wire(withPage.withoutHelpCommand().render(refusal(sender, "DATA"), SESSION))).last().isEqualTo(
            "503 5.5.1 Help: https://wiki.example.org/smtp/SEQ-RCPT-MISSING (session 7f3a9c21)");
    }

    @Test
    void whereEveryRecipientWasRefusedTheReplySaysWhyForEach() {
        SessionState state = sender.toBuilder().refusedRecipients(List.of(
            RefusedRecipient.of("<x@example.org>", "550 5.1.1 Unknown user"),
            RefusedRecipient.of("<y@example.org>", "530 5.7.1 Authentication Required"))).build();

        assertThat(wire(full.render(refusal(state, "DATA"), SESSION))).contains(
            "554-5.5.1 DATA refused: every recipient was refused [SEQ-RCPT-REFUSED]",
            "554-5.5.1 <x@example.org>: 550 5.1.1 Unknown user",
            "554-5.5.1 <y@example.org>: 530 5.7.1 Authentication Required");
    }

    @Test
    void aHundredRefusedRecipientsAreListedAndMoreAreCounted() {
        SessionState state = sender.toBuilder().refusedRecipients(IntStream.range(0, 1000)
            .mapToObj(i -> RefusedRecipient.of("<x" + i + "@example.org>", "550 no")).collect(Collectors.toList())).build();

        assertThat(refusal(state, "DATA").details()).hasSize(101).last().isEqualTo("and 900 more");
    }

    @Test
    void whatIsNoCommandIsNotEchoedForItMayBeAPassword() {
        Diagnosis diagnosis = diagnostician.of(Fault.UNKNOWN_COMMAND,
            CommandLine.parse("AGFsaWNlAHNlY3JldA== x\r\n".getBytes(StandardCharsets.US_ASCII)), sender);

        assertThat(diagnosis.summary()).isEqualTo("Command refused: unknown command");
    }

    @Test
    void anAddressIsCleanedAndCut() {
        SessionState state = sender.toBuilder().sender("x\u0007" + "y".repeat(500) + "@example.org").build();

        assertThat(refusal(state, "DATA").state()).contains("sender <x?yyy").contains("yyy...>").hasSizeLessThan(200);
    }

    @Test
    void helpWithoutATopicSaysWhereTheSessionStandsAndWhatIsLegal() {
        assertThat(wire(helpDesk.answer(Optional.empty(), sender, MECHANISMS))).containsExactly(
            "214-2.0.0 State: EHLO done, sender <alice@example.org>, 0 recipients accepted",
            "214-2.0.0 Next: RCPT TO:<address> | RSET | QUIT",
            "214 2.0.0 Topics: HELP <verb>, HELP <reply code>, HELP <diagnosis id>");
    }

    @ParameterizedTest
    @EnumSource(DiagnosisId.class)
    void everyDiagnosisHasItsHelpOfAtMostTenLinesOf78Characters(DiagnosisId id) {
        List<String> lines = wire(helpDesk.answer(Optional.of(id.toString().toLowerCase(Locale.ROOT)), sender, MECHANISMS));

        assertFits(lines);
        assertThat(String.join(" ", lines)).contains(id + ": ", "When: ", "Fix: ", "See: RFC ");
        assertThat(helpDesk.article(id.toString())).as("told whole").hasSameSizeAs(lines);
    }

    @ParameterizedTest
    @EnumSource(DiagnosisId.class)
    void everyDiagnosisHasMeaningWhenFixAndRfc(DiagnosisId id) {
        assertIsWhole(catalogue.article(id));
    }

    private static void assertIsWhole(Article article) {
        assertThat(article.meaning()).isNotBlank();
        assertThat(article.when()).isNotBlank();
        assertThat(article.fix()).isNotBlank();
        assertThat(article.reference()).matches("RFC \\d{4} \\d.*");
    }

    @Test
    void aLongAddressIsToldOnSeveralLines() {
        SessionState state = sender.toBuilder().sender("x".repeat(110) + "@example.org").build();

        assertFits(wire(helpDesk.answer(Optional.empty(), state, MECHANISMS)));
    }

    @ParameterizedTest
    @EnumSource(value = Verb.class, mode = EnumSource.Mode.EXCLUDE, names = "OTHER")
    void everyVerbHasItsHelp(Verb verb) {
        List<String> lines = wire(helpDesk.answer(Optional.of(verb.name()), sender, MECHANISMS));

        assertFits(lines);
        assertThat(lines.get(0)).contains(verb.name());
        assertThat(lines.stream().filter(line -> !line.contains(" Offered: "))).as("told whole")
            .hasSameSizeAs(helpDesk.article(verb.name()));
        assertIsWhole(catalogue.article(verb).orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(ints = {211, 214, 220, 221, 235, 250, 251, 252, 334, 354, 421, 432, 450, 451, 452, 454,
        500, 501, 502, 503, 504, 530, 534, 535, 538, 550, 551, 552, 553, 554})
    void everyReplyCodeHasItsHelp(int code) {
        List<String> lines = wire(helpDesk.answer(Optional.of(String.valueOf(code)), sender, MECHANISMS));

        assertFits(lines);
        assertThat(String.join(" ", lines)).contains(code + ": ", "When: ", "Fix: ", "See: RFC ");
        assertIsWhole(catalogue.article(code).orElseThrow());
    }

    @Test
    void helpOfAuthNamesTheMechanismsOfThisSession() {
        assertThat(wire(helpDesk.answer(Optional.of("auth"), sender, MECHANISMS))).contains("214-2.0.0 Offered: SCRAM-SHA-256 PLAIN LOGIN");
    }

    static Stream<Arguments> sessionsThatAreOfferedNothing() {
        Port underTls = Port.plain().withAuth(Port.AuthOffer.UNDER_TLS, "AUTH PLAIN <base64>");
        return Stream.of(
            Arguments.of(SessionState.on(Port.plain()).greeting(Greeting.EHLO).build(), "none; this port has no AUTH"),
            Arguments.of(SessionState.on(PORT).greeting(Greeting.EHLO).authenticated(true).build(),
                "none; the session is already authenticated"),
            Arguments.of(SessionState.on(underTls.withStartTls(true)).greeting(Greeting.EHLO).build(), "none before STARTTLS"),
            Arguments.of(SessionState.on(underTls).greeting(Greeting.EHLO).build(), "none without TLS"));
    }

    @ParameterizedTest
    @MethodSource("sessionsThatAreOfferedNothing")
    void helpOfAuthSaysWhyNothingIsOffered(SessionState state, String reason) {
        assertThat(wire(helpDesk.answer(Optional.of("AUTH"), state, MECHANISMS))).contains("214-2.0.0 Offered: " + reason);
    }

    @Test
    void helpOfAuthSaysSoWhereNoMechanismCanSucceedOnTheConnection() {
        assertThat(wire(helpDesk.answer(Optional.of("AUTH"), sender, List.of()))).contains("214-2.0.0 Offered: none on this connection");
    }

    @Test
    void everyCodeThatWeSendHasItsHelp() {
        assertThat(catalogue.codes()).contains(214, 235, 334)
            .containsAll(ReplyForm.all(table).stream().map(ReplyForm::code).collect(Collectors.toSet()));
        assertThat(catalogue.codes()).allSatisfy(code -> {
            List<String> lines = wire(helpDesk.answer(Optional.of(code.toString()), sender, MECHANISMS));
            assertFits(lines);
            assertThat(lines.get(0)).contains(code + ": ");
            assertThat(helpDesk.article(code.toString())).as("%s is told whole", code).hasSameSizeAs(lines);
            assertIsWhole(catalogue.article(code).orElseThrow());
        });
    }

    @Test
    void aCodeNamesTheDiagnosesThatComeWithIt() {
        assertThat(String.join(" ", helpDesk.article("535"))).contains("Ids: AUTH-CREDENTIALS, AUTH-IDENTITY");
        assertThat(String.join(" ", helpDesk.article("503"))).contains("SEQ-EHLO-MISSING, ", "SEQ-PIPELINING");
        assertThat(String.join(" ", helpDesk.article("250"))).doesNotContain("Ids:");
    }

    @Test
    void anUnknownTopicIsAnsweredWithThoseThereAre() {
        assertThat(wire(helpDesk.answer(Optional.of("rhu\u0001barb"), sender, MECHANISMS))).first().asString()
            .startsWith("214-2.0.0 No topic rhu?barb");
    }

    @Test
    void whatIsSaidOfAFailedAuthIsTheSameWhyeverItFailed() {
        assertThat(Fault.CREDENTIALS_REFUSED.cause()).isEqualTo("the user name or the password is wrong");
        assertThat(Fault.CREDENTIALS_REFUSED.code()).isEqualTo(535);
        assertThat(Fault.BACKEND_UNAVAILABLE.code()).isEqualTo(454);
    }

    private static void assertFits(List<String> lines) {
        assertThat(lines).hasSizeLessThanOrEqualTo(10).allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(78));
    }

    private Diagnosis refusal(SessionState state, String line) {
        CommandLine command = CommandLine.parse((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        return diagnostician.of(table.judge(state, command).refusedBy().orElseThrow(), command, state);
    }

    private static List<String> wire(Reply reply) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < reply.texts().size(); i++) {
            lines.add(reply.code() + (i < reply.texts().size() - 1 ? "-" : " ") + reply.texts().get(i));
        }
        return lines;
    }
}
