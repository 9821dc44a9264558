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

/** Turns a verdict or a fault, and the state it was met in, into a diagnosis. */
public final class Diagnostician {
    private static final int REASON_LIMIT = 300;
    /** A server takes 100 recipients at least (RFC 5321 §4.5.3.1.8): of so many each is told why. */
    private static final int REASONS = 100;

    /** Who is told these needs to authenticate to get on, or has tried to and failed. */
    private static final Set<DiagnosisId> SHOWS_NEED_OF_AUTH = EnumSet.of(DiagnosisId.AUTH_REQUIRED, DiagnosisId.AUTH_CREDENTIALS,
        DiagnosisId.AUTH_UNAVAILABLE, DiagnosisId.AUTH_MECHANISM, DiagnosisId.AUTH_ENCODING, DiagnosisId.AUTH_TLS_REQUIRED,
        DiagnosisId.AUTH_IDENTITY, DiagnosisId.AUTH_TOO_LONG, DiagnosisId.AUTH_EXPIRED, DiagnosisId.AUTH_TOO_WEAK);

    private final SequenceTable table;

    public Diagnostician(SequenceTable table) {
        this.table = table;
    }

    /** The diagnosis of a command that a row of the table refuses. */
    public Diagnosis of(SequenceRule rule, CommandLine command, SessionState state) {
        List<String> details = rule.id() == DiagnosisId.SEQ_RCPT_REFUSED ? reasons(state) : List.of();
        return new Diagnosis(rule.id(), rule.code(), rule.status(), summary(name(command), rule.cause()), details,
            StateText.of(state), next(state), false);
    }

    /** The diagnosis of a command that is faulty in itself. What is next after one that ends the connection is a new one. */
    public Diagnosis of(Fault fault, CommandLine command, SessionState state) {
        return of(fault, "", command, state);
    }

    /** @param detail what exactly is wrong; empty if the fault says it all */
    public Diagnosis of(Fault fault, String detail, CommandLine command, SessionState state) {
        SessionState then = fault.id().closesConnection() ? SessionState.on(state.port()).build() : state;
        return new Diagnosis(fault.id(), fault.code(), fault.status(), summary(name(command), fault.cause()),
            detail.isEmpty() ? List.of() : List.of(detail), StateText.of(state), next(then), fault.id().closesConnection());
    }

    /**
     * The state that a session is in once it was refused with that diagnosis. A refusal changes nothing, but one of AUTH shows that the
     * client needs it: it is led there from then on, and not past it.
     */
    public static SessionState afterwards(DiagnosisId id, SessionState state) {
        return SHOWS_NEED_OF_AUTH.contains(id) ? state.but().authenticationNeeded(true).build() : state;
    }

    /** Where the session stands, in words. */
    public String stateOf(SessionState state) {
        return StateText.of(state);
    }

    /** What is legal next, ready to be sent. */
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
