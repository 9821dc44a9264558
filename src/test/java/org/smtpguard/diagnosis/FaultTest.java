package org.smtpguard.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sequence.Greeting;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;

class FaultTest {
    private static final String SESSION = "7f3a9c21";
    private static final SessionState OPEN = SessionState.on(Port.plain().withAuth(Port.AuthOffer.ALWAYS, "AUTH PLAIN <base64>"))
        .greeting(Greeting.EHLO).sender("alice@example.org").recipients(1).build();

    private final SequenceTable table = new SequenceTable();
    private final Diagnostician diagnostician = new Diagnostician(table);

    @ParameterizedTest
    @EnumSource
    void isDiagnosedWithItsOwnCodeAndCause(Fault fault) {
        Diagnosis diagnosis = diagnostician.of(fault, command("RCPT TO:<bob@example.org>"), OPEN);

        assertThat(diagnosis.id()).isEqualTo(fault.id());
        assertThat(diagnosis.code()).isEqualTo(fault.code());
        assertThat(diagnosis.status()).isEqualTo(fault.status());
        assertThat(diagnosis.summary()).isEqualTo("RCPT refused: " + fault.cause());
        assertThat(diagnosis.asReason()).isEqualTo(fault.code() + " " + fault.status() + " " + diagnosis.summary() + " ["
            + fault.id() + "]");
        assertThat(diagnosis).hasToString(fault.id() + " (" + fault.code() + " " + fault.status() + " " + diagnosis.summary() + ")");
        assertThat(diagnosis.details()).isEmpty();
        assertThat(diagnosis.state()).isEqualTo("EHLO done, sender <alice@example.org>, 1 recipient accepted");
        assertThat(diagnosis.closesConnection()).isEqualTo(fault.id().closesConnection());
    }

    @ParameterizedTest
    @CsvSource({"CREDENTIALS_REFUSED, DATA", "TOO_MANY_ERRORS, EHLO <your-domain>", "EARLY_TALK, EHLO <your-domain>",
        "LOGINS_BLOCKED, QUIT"})
    void leadsOnFromWhereTheSessionIs(Fault fault, String first) {
        assertThat(diagnostician.of(fault, command("AUTH PLAIN"), OPEN).next()).first().asString().startsWith(first);
    }

    @Test
    void mayHaveAnExactCause() {
        Diagnosis diagnosis = diagnostician.of(Fault.MALFORMED, "there is no NUL", command("AUTH PLAIN"), OPEN);

        assertThat(diagnosis.details()).containsExactly("there is no NUL");
        assertThat(new ReplyRenderer(ReplyStyle.BRIEF, Optional.empty()).render(diagnosis, SESSION).texts()).singleElement().asString()
            .contains("AUTH refused: the response is not valid for the mechanism (there is no NUL); next: ");
        assertThat(new ReplyRenderer(ReplyStyle.FULL, Optional.empty()).render(diagnosis, SESSION).texts()).element(1).asString()
            .endsWith("there is no NUL");
    }

    @Test
    void aLongCauseIsCutInTheBriefStyle() {
        Diagnosis diagnosis = diagnostician.of(Fault.MALFORMED, "x".repeat(500), command("AUTH PLAIN"), OPEN);

        assertThat(new ReplyRenderer(ReplyStyle.BRIEF, Optional.empty()).render(diagnosis, SESSION).texts()).singleElement().asString()
            .doesNotContain("x".repeat(161)).contains("x".repeat(150));
    }

    @ParameterizedTest
    @CsvSource({"CREDENTIALS_REFUSED, AUTH", "INITIAL_RESPONSE, AUTH", "AUTHENTICATION_REQUIRED, RCPT", "SENDER_REFUSED, MAIL",
        "FOLLOWED_TOO_EARLY, STARTTLS", "TOO_MANY_REFUSED_RECIPIENTS, RCPT"})
    void refusesItsCommands(Fault fault, Verb verb) {
        assertThat(fault.verbs()).containsExactly(verb);
    }

    @ParameterizedTest
    @EnumSource(names = {"UNKNOWN_COMMAND", "BARE_LF", "CONTROL_CHARACTER", "EARLY_TALK", "PIPELINED", "TOO_MANY_ERRORS"})
    void mayRefuseAnyCommand(Fault fault) {
        assertThat(fault.verbs()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"AUTH_REQUIRED, true", "AUTH_CREDENTIALS, true", "AUTH_ENCODING, true", "AUTH_CANCELLED, false", "SYN_COMMAND, false",
        "SEQ_MAIL_MISSING, false", "AUTH_SENDER, false"})
    void aRefusedAuthShowsThatTheClientNeedsIt(DiagnosisId id, boolean isNeeded) {
        SessionState greeted = SessionState.on(OPEN.port()).greeting(Greeting.EHLO).build();
        SessionState after = Diagnostician.afterwards(id, greeted);

        assertThat(diagnostician.next(after).get(0)).startsWith(isNeeded ? "AUTH" : "MAIL");
        assertThat(diagnostician.stateOf(after)).isEqualTo("EHLO done, no mail transaction open");
    }

    @Test
    void theFormsOfAllRepliesAreTheRowsAndThenTheFaults() {
        List<ReplyForm> forms = ReplyForm.all(table);

        assertThat(forms).hasSize(table.rows().size() + Fault.values().length);
        assertThat(forms.get(0).id()).isEqualTo(table.rows().get(0).id());
        for (int i = 0; i < table.rows().size(); i++) {
            assertThat(forms.get(i).verbs()).isEqualTo(table.rows().get(i).verbs());
            assertThat(forms.get(i).cause()).isEqualTo(table.rows().get(i).cause()).isNotEmpty();
            assertThat(forms.get(i).status()).isEqualTo(table.rows().get(i).status());
            assertThat(forms.get(i).code()).isEqualTo(table.rows().get(i).code());
        }
        ReplyForm last = forms.get(forms.size() - 1);
        assertThat(last.id()).isEqualTo(DiagnosisId.AUTH_UNAVAILABLE);
        assertThat(last.verbs()).isEqualTo(Set.of(Verb.MAIL));
        assertThat(last.status()).isEqualTo(Fault.LOGIN_UNCHECKED.status());
        assertThat(last.cause()).isEqualTo(Fault.LOGIN_UNCHECKED.cause());
        assertThat(last).hasToString("454 4.7.0 AUTH-UNAVAILABLE");
    }

    @ParameterizedTest
    @CsvSource({"full, FULL", "' Brief ', BRIEF", "BRIEF, BRIEF", "short, ", "'', "})
    void aStyleIsNamedInAnyCase(String name, ReplyStyle style) {
        assertThat(ReplyStyle.of(name)).isEqualTo(Optional.ofNullable(style));
    }

    @Test
    void anArticleQuotesItsRuleAndNamesClientsThatBreakIt() {
        DiagnosisCatalogue catalogue = new DiagnosisCatalogue();
        Article early = catalogue.article(DiagnosisId.SEQ_GREETING_EARLY);

        assertThat(early.requirement()).hasValueSatisfying(rule -> {
            assertThat(rule.section()).isEqualTo("RFC 5321 4.3.1");
            assertThat(rule.level()).isEqualTo(Requirement.Level.SHOULD);
            assertThat(rule.sentence()).startsWith("The sender SHOULD wait for this greeting");
        });
        assertThat(early.offenders()).hasSizeGreaterThan(1).first().satisfies(offender -> {
            assertThat(offender.client()).startsWith("PHPMailer");
            assertThat(offender.url()).startsWith("https://github.com/PHPMailer/");
        });
        assertThat(catalogue.article(DiagnosisId.AUTH_CANCELLED).requirement()).isEmpty();
        assertThat(catalogue.article(999)).isEmpty();
        assertThat(catalogue.article(Verb.OTHER)).isEmpty();
        assertThat(List.copyOf(catalogue.codes())).isSorted();
    }

    private static CommandLine command(String line) {
        return CommandLine.parse((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
}
