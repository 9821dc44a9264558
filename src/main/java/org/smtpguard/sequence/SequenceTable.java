package org.smtpguard.sequence;

import static org.smtpguard.protocol.DiagnosisId.AUTH_TLS_REQUIRED;
import static org.smtpguard.protocol.DiagnosisId.SEQ_AUTH_IN_TRANSACTION;
import static org.smtpguard.protocol.DiagnosisId.SEQ_AUTH_REPEATED;
import static org.smtpguard.protocol.DiagnosisId.SEQ_EHLO_AFTER_TLS;
import static org.smtpguard.protocol.DiagnosisId.SEQ_EHLO_MISSING;
import static org.smtpguard.protocol.DiagnosisId.SEQ_EHLO_NOT_HELO;
import static org.smtpguard.protocol.DiagnosisId.SEQ_MAIL_MISSING;
import static org.smtpguard.protocol.DiagnosisId.SEQ_MAIL_NESTED;
import static org.smtpguard.protocol.DiagnosisId.SEQ_RCPT_MISSING;
import static org.smtpguard.protocol.DiagnosisId.SEQ_RCPT_REFUSED;
import static org.smtpguard.protocol.DiagnosisId.SEQ_STARTTLS_AFTER_AUTH;
import static org.smtpguard.protocol.DiagnosisId.SEQ_STARTTLS_IN_TRANSACTION;
import static org.smtpguard.protocol.DiagnosisId.SEQ_STARTTLS_REPEATED;
import static org.smtpguard.protocol.DiagnosisId.SYN_ARGUMENT;
import static org.smtpguard.protocol.Verb.AUTH;
import static org.smtpguard.protocol.Verb.DATA;
import static org.smtpguard.protocol.Verb.EHLO;
import static org.smtpguard.protocol.Verb.HELO;
import static org.smtpguard.protocol.Verb.MAIL;
import static org.smtpguard.protocol.Verb.QUIT;
import static org.smtpguard.protocol.Verb.RCPT;
import static org.smtpguard.protocol.Verb.RSET;
import static org.smtpguard.protocol.Verb.STARTTLS;
import static org.smtpguard.sequence.Condition.AUTHENTICATED;
import static org.smtpguard.sequence.Condition.AUTH_NEEDS_TLS;
import static org.smtpguard.sequence.Condition.GREETED_BY_HELO;
import static org.smtpguard.sequence.Condition.GREETING_VOIDED;
import static org.smtpguard.sequence.Condition.HAS_ARGUMENT;
import static org.smtpguard.sequence.Condition.IN_TRANSACTION;
import static org.smtpguard.sequence.Condition.NEVER_GREETED;
import static org.smtpguard.sequence.Condition.NO_ARGUMENT;
import static org.smtpguard.sequence.Condition.NO_RECIPIENT;
import static org.smtpguard.sequence.Condition.NO_TRANSACTION;
import static org.smtpguard.sequence.Condition.ONLY_REFUSED_RECIPIENTS;
import static org.smtpguard.sequence.Condition.TLS_ACTIVE;
import static org.smtpguard.sequence.SequenceRule.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;

/**
 * The rules for the order of SMTP commands, one per row. The rows of a command's verb are evaluated from top to bottom, and the first
 * that is broken refuses the command: syntax comes before order, and a cause before its consequences. A command that no row refuses is
 * legal; NOOP, HELP, VRFY, EXPN, RSET and QUIT always are (RFC 5321 §4.1.4), if well-formed. Immutable.
 */
public final class SequenceTable {
    private static final List<SequenceRule> ROWS = List.of(
        rule(SYN_ARGUMENT).on(EHLO, HELO).when(NO_ARGUMENT).reply(501, "5.5.4")
            .because("it requires your domain as its argument").per("RFC 5321 4.1.1.1"),
        rule(SYN_ARGUMENT).on(DATA, RSET, QUIT, STARTTLS).when(HAS_ARGUMENT).reply(501, "5.5.4")
            .because("it takes no argument").per("RFC 5321 4.1.1"),
        rule(SEQ_STARTTLS_REPEATED).on(STARTTLS).when(TLS_ACTIVE).reply(503, "5.5.1")
            .because("TLS is already active").per("RFC 3207 4.2"),
        rule(SEQ_EHLO_MISSING).on(MAIL, RCPT, DATA, AUTH, STARTTLS).when(NEVER_GREETED).reply(503, "5.5.1")
            .because("EHLO has to come first").per("RFC 5321 4.1.4"),
        rule(SEQ_EHLO_AFTER_TLS).on(MAIL, RCPT, DATA, AUTH).when(GREETING_VOIDED).reply(503, "5.5.1")
            .because("STARTTLS voided the greeting; send EHLO again").per("RFC 3207 4.2"),
        rule(SEQ_EHLO_NOT_HELO).on(AUTH, STARTTLS).when(GREETED_BY_HELO).reply(503, "5.5.1")
            .because("it is an extension; the session was greeted with HELO, not EHLO").per("RFC 4954 3"),
        rule(SEQ_AUTH_REPEATED).on(AUTH).when(AUTHENTICATED).reply(503, "5.5.1")
            .because("the session is already authenticated").per("RFC 4954 4"),
        rule(SEQ_AUTH_IN_TRANSACTION).on(AUTH).when(IN_TRANSACTION).reply(503, "5.5.1")
            .because("a mail transaction is open").per("RFC 4954 4"),
        rule(SEQ_STARTTLS_AFTER_AUTH).on(STARTTLS).when(AUTHENTICATED).reply(503, "5.5.1")
            .because("the session was authenticated without TLS").per("RFC 3207 4.2"),
        rule(SEQ_STARTTLS_IN_TRANSACTION).on(STARTTLS).when(IN_TRANSACTION).reply(503, "5.5.1")
            .because("a mail transaction is open").per("RFC 3207 4"),
        rule(SYN_ARGUMENT).on(AUTH).when(NO_ARGUMENT).reply(501, "5.5.4")
            .because("it requires a mechanism as its argument").per("RFC 4954 4"),
        rule(AUTH_TLS_REQUIRED).on(AUTH).when(AUTH_NEEDS_TLS).reply(538, "5.7.11")
            .because("this port accepts passwords only under TLS").per("RFC 4954 6"),
        rule(SEQ_MAIL_NESTED).on(MAIL).when(IN_TRANSACTION).reply(503, "5.5.1")
            .because("a mail transaction is already open").per("RFC 5321 4.1.4"),
        rule(SEQ_MAIL_MISSING).on(RCPT, DATA).when(NO_TRANSACTION).reply(503, "5.5.1")
            .because("MAIL has to come first").per("RFC 5321 3.3"),
        rule(SEQ_RCPT_REFUSED).on(DATA).when(ONLY_REFUSED_RECIPIENTS).reply(554, "5.5.1")
            .because("every recipient was refused").per("RFC 5321 3.3"),
        rule(SEQ_RCPT_MISSING).on(DATA).when(NO_RECIPIENT).reply(503, "5.5.1")
            .because("no recipient has been accepted yet").per("RFC 5321 3.3"));

    /** Indexed by the verb's ordinal. Arrays, so that a command is judged without allocation. */
    private final SequenceRule[][] rowsByVerb = new SequenceRule[Verb.values().length][];
    private final ShortestPaths paths;

    public SequenceTable() {
        for (Verb verb : Verb.values()) {
            rowsByVerb[verb.ordinal()] = ROWS.stream().filter(row -> row.verbs().contains(verb)).toArray(SequenceRule[]::new);
        }
        this.paths = new ShortestPaths(this);
    }

    /** All rows, from top to bottom. */
    public List<SequenceRule> rows() {
        return ROWS;
    }

    /** Judges a command with every rule enforced. */
    public Verdict judge(SessionState state, CommandLine command) {
        return judge(state, command, id -> Mode.ENFORCE);
    }

    /**
     * Judges a command. A broken row in mode observe is reported in the verdict but does not refuse the command; a row in mode off is
     * ignored.
     */
    public Verdict judge(SessionState state, CommandLine command, Function<DiagnosisId, Mode> modes) {
        List<SequenceRule> observed = List.of();
        for (SequenceRule row : rowsByVerb[command.verb().ordinal()]) {
            if (row.isBrokenBy(state, command)) {
                Mode mode = modes.apply(row.id());
                if (mode == Mode.ENFORCE) {
                    return row.verdict().alsoObserved(observed);
                }
                if (mode == Mode.OBSERVE) {
                    observed = new ArrayList<>(observed);
                    observed.add(row);
                }
            }
        }
        return Verdict.legal().alsoObserved(observed);
    }

    /**
     * The legal next commands. The first is the first step of a shortest path to a delivered message; QUIT is the last.
     */
    public List<Move> next(SessionState state) {
        return paths.next(state);
    }
}
