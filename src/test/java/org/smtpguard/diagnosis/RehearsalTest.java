package org.smtpguard.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.smtpguard.diagnosis.Rehearsal.RehearsedCommand;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.sequence.Greeting;
import org.smtpguard.sequence.Phase;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.RefusedRecipient;
import org.smtpguard.sequence.RefusedRecipients;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;

class RehearsalTest {
    private static final SessionState SUBMISSION = SessionState.on(Port.plain().withStartTls(true)
        .withAuth(Port.AuthOffer.UNDER_TLS, "AUTH PLAIN <base64>")).build();

    private final Rehearsal rehearsal = new Rehearsal(new SequenceTable());

    @Test
    void aLawfulSessionIsLegalFromBeginToEnd() {
        List<RehearsedCommand> steps = of("EHLO a", "STARTTLS", "EHLO a", "AUTH PLAIN x", "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA",
            "MAIL FROM:<>", "RSET", "NOOP", "QUIT");

        assertThat(steps).allSatisfy(step -> assertThat(step.refusal()).isEmpty());
        assertThat(steps.get(5).state()).isEqualTo("TLS active, EHLO done, authenticated, sender <a@b>, 1 recipient accepted");
        assertThat(steps.get(6).after().phase()).isEqualTo(Phase.GREETED);
        assertThat(steps.get(7).state()).contains("sender <>");
    }

    @Test
    void whatIsRefusedChangesNothing() {
        List<RehearsedCommand> steps = of("EHLO a", "MAIL FROM:<a@b>", "DATA", "MAIL FROM:<x@y>", "AUTH PLAIN x", "STARTTLS");

        assertThat(ids(steps)).containsExactly("-", "-", "SEQ-RCPT-MISSING", "SEQ-MAIL-NESTED",
            "SEQ-AUTH-IN-TRANSACTION", "SEQ-STARTTLS-IN-TRANSACTION");
        assertThat(steps.stream().skip(1).map(RehearsedCommand::state)).containsOnly("EHLO done, sender <a@b>, 0 recipients accepted");
        assertThat(steps.get(5).next()).startsWith("RCPT TO:<address>");
    }

    @Test
    void whatIsNoCommandIsUnknown() {
        assertThat(ids(of("", "GET / HTTP/1.1", "XCLIENT ADDR=1.2.3.4"))).containsOnly(DiagnosisId.SYN_COMMAND.toString());
    }

    @Test
    void nothingComesBehindQuit() {
        assertThat(of("QUIT", "EHLO a")).hasSize(1);
        assertThat(ids(of("QUIT now", "EHLO a"))).containsExactly("SYN-ARGUMENT", "-");
    }

    @Test
    void whoHasTriedToAuthenticateIsLedThere() {
        List<RehearsedCommand> steps = of("EHLO a", "AUTH PLAIN x");

        assertThat(steps.get(0).next()).startsWith("MAIL FROM:<address>");
        assertThat(steps.get(1).next()).startsWith("STARTTLS");
        assertThat(steps.get(1).refusal().orElseThrow().next()).startsWith("STARTTLS");
    }

    @Test
    void whatThePortDoesNotOfferIsUnknown() {
        SessionState bare = SessionState.on(Port.plain()).build();

        assertThat(ids(of(bare, "STARTTLS", "AUTH PLAIN x", "EHLO a", "STARTTLS", "AUTH PLAIN x")))
            .containsExactly("SEQ-EHLO-MISSING", "SEQ-EHLO-MISSING", "-", "SYN-COMMAND", "SYN-COMMAND");
    }

    @Test
    void starttlsIsRefusedAfterALogInWithoutIt() {
        SessionState open = SessionState.on(Port.plain().withStartTls(true).withAuth(Port.AuthOffer.ALWAYS, "AUTH PLAIN <base64>")).build();

        List<RehearsedCommand> steps = of(open, "EHLO a", "AUTH PLAIN x", "STARTTLS", "MAIL FROM:<a@b>", "STARTTLS");

        assertThat(ids(steps)).containsExactly("-", "-", "SEQ-STARTTLS-AFTER-AUTH", "-", "SEQ-STARTTLS-AFTER-AUTH");
        assertThat(steps.get(2).next()).startsWith("MAIL FROM:<address>");
    }

    @Test
    void dataIsRefusedWhereEveryRecipientWasAndAcceptedOnceOneIs() {
        SessionState refused = SessionState.on(Port.plain()).greeting(Greeting.EHLO).sender("a@b")
            .refusedRecipients(RefusedRecipients.none().and(RefusedRecipient.of("<x@y>", "550 5.1.1 Unknown user"))).build();

        List<RehearsedCommand> steps = of(refused, "DATA", "RCPT TO:<c@d>", "DATA");

        assertThat(ids(steps)).containsExactly("SEQ-RCPT-REFUSED", "-", "-");
        assertThat(steps.get(0).refusal().orElseThrow().details()).containsExactly("<x@y>: 550 5.1.1 Unknown user");
    }

    private List<RehearsedCommand> of(String... commands) {
        return of(SUBMISSION, commands);
    }

    private List<RehearsedCommand> of(SessionState begin, String... commands) {
        return rehearsal.of(Stream.of(commands).map(command -> CommandLine.parse((command + "\r\n").getBytes(StandardCharsets.US_ASCII)))
            .collect(Collectors.toList()), begin);
    }

    private static List<String> ids(List<RehearsedCommand> steps) {
        return steps.stream().map(RehearsedCommand::refusal).map((Optional<Diagnosis> no) -> no.map(diagnosis -> diagnosis.id()
            .toString()).orElse("-"))
            .collect(Collectors.toList());
    }
}
