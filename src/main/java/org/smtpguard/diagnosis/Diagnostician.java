package org.smtpguard.diagnosis;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Printable;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sequence.SequenceRule;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;

/** Makes the diagnosis of a refusal from a broken rule or a fault and the state of the session. Immutable. */
public final class Diagnostician {
    private static final int REASON_LIMIT = 300;
    /** The maximum number of recipients whose reason is repeated; a server must accept 100 recipients (RFC 5321 §4.5.3.1.8). */
    private static final int REASONS = 100;

    /** Diagnoses that show that the client needs AUTH to continue: it was told so, or its AUTH failed. */
    private static final Set<DiagnosisId> SHOWS_NEED_OF_AUTH = EnumSet.of(DiagnosisId.AUTH_REQUIRED, DiagnosisId.AUTH_CREDENTIALS,
        DiagnosisId.AUTH_UNAVAILABLE, DiagnosisId.AUTH_MECHANISM, DiagnosisId.AUTH_ENCODING, DiagnosisId.AUTH_TLS_REQUIRED,
        DiagnosisId.AUTH_IDENTITY, DiagnosisId.AUTH_TOO_LONG, DiagnosisId.AUTH_EXPIRED, DiagnosisId.AUTH_TOO_WEAK);

    private final SequenceTable table;

    public Diagnostician(SequenceTable table) {
        this.table = table;
    }

    /** The diagnosis of a command that a rule refuses. */
    public Diagnosis of(SequenceRule rule, CommandLine command, SessionState state) {
        List<String> details = rule.id() == DiagnosisId.SEQ_RCPT_REFUSED ? reasons(state) : List.of();
        return new Diagnosis(rule.id(), rule.code(), rule.status(), summary(name(command), rule.cause()), details,
            StateText.of(state), next(state), false);
    }

    /** The diagnosis of a command with a fault. If the fault closes the connection, the next commands are those of a new one. */
    public Diagnosis of(Fault fault, CommandLine command, SessionState state) {
        return of(fault, "", command, state);
    }

    /** @param detail the exact cause; empty if the fault alone is sufficient */
    public Diagnosis of(Fault fault, String detail, CommandLine command, SessionState state) {
        SessionState then = fault.id().closesConnection() ? SessionState.on(state.port()).build() : state;
        return new Diagnosis(fault.id(), fault.code(), fault.status(), summary(name(command), fault.cause()),
            detail.isEmpty() ? List.of() : List.of(detail), StateText.of(state), fault.id().isDeadEnd() ? List.of(Verb.QUIT
                .name()) : next(then), fault.id().closesConnection());
    }

    /**
     * The state after a refusal with this diagnosis. A refusal changes nothing, except that a refused AUTH shows that the client needs
     * it: {@code Next:} then leads to AUTH.
     */
    public static SessionState afterwards(DiagnosisId id, SessionState state) {
        return SHOWS_NEED_OF_AUTH.contains(id) ? state.toBuilder().authenticationNeeded(true).build() : state;
    }

    /** The state of the session, in words. */
    public String stateOf(SessionState state) {
        return StateText.of(state);
    }

    /** The legal next commands, ready to be sent. */
    public List<String> next(SessionState state) {
        return table.next(state).stream().map(move -> move.form(state.port())).collect(Collectors.toUnmodifiableList());
    }

    private static String summary(String command, String cause) {
        return command + " refused: " + cause;
    }

    private static String name(CommandLine command) {
        return command.verb() == Verb.OTHER ? "Command" : command.verb().name();
    }

    private static List<String> reasons(SessionState state) {
        List<String> reasons = state.refusedRecipients().stream()
            .limit(REASONS)
            .map(refused -> Printable.cut(refused.recipient(), StateText.ADDRESS_LIMIT) + ": "
                + Printable.cut(refused.reason(), REASON_LIMIT))
            .collect(Collectors.toList());
        int more = state.refusedRecipients().size() - reasons.size();
        if (more > 0) {
            reasons.add("and " + more + " more");
        }
        return reasons;
    }
}
