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
 * The order of SMTP commands, a row a rule. For a command the rows of its verb are asked from top to bottom and the
 * first that is broken refuses: what is unreadable comes before what is out of order, and a cause before what follows
 * from it. What no row refuses is legal: NOOP, HELP, VRFY, EXPN, RSET and QUIT are, always (RFC 5321 §4.1.4).
 */
public final class SequenceTable {
    private static final List<SequenceRule> ROWS = List.of(
        rule(SYN_ARGUMENT).on(EHLO, HELO).when(NO_ARGUMENT).reply(501, "5.5.4")
            .because("it needs your domain as its argument").per("RFC 5321 4.1.1.1"),
        rule(SYN_ARGUMENT).on(DATA, RSET, QUIT, STARTTLS).when(HAS_ARGUMENT).reply(501, "5.5.4")
            .because("it takes no argument").per("RFC 5321 4.1.1"),
        rule(SEQ_STARTTLS_REPEATED).on(STARTTLS).when(TLS_ACTIVE).reply(503, "5.5.1")
            .because("TLS is already active").per("RFC 3207 4.2"),
        rule(SEQ_EHLO_MISSING).on(MAIL, RCPT, DATA, AUTH, STARTTLS).when(NEVER_GREETED).reply(503, "5.5.1")
            .because("EHLO has to come first").per("RFC 5321 4.1.4"),
        rule(SEQ_EHLO_AFTER_TLS).on(MAIL, RCPT, DATA, AUTH).when(GREETING_VOIDED).reply(503, "5.5.1")
            .because("STARTTLS has voided the greeting, EHLO has to come again").per("RFC 3207 4.2"),
        rule(SEQ_EHLO_NOT_HELO).on(AUTH, STARTTLS).when(GREETED_BY_HELO).reply(503, "5.5.1")
            .because("it is an extension, and HELO has none: greet with EHLO").per("RFC 4954 3"),
        rule(SEQ_AUTH_REPEATED).on(AUTH).when(AUTHENTICATED).reply(503, "5.5.1")
            .because("the session is authenticated already").per("RFC 4954 4"),
        rule(SEQ_AUTH_IN_TRANSACTION).on(AUTH).when(IN_TRANSACTION).reply(503, "5.5.1")
            .because("a mail transaction is open").per("RFC 4954 4"),
        rule(SEQ_STARTTLS_AFTER_AUTH).on(STARTTLS).when(AUTHENTICATED).reply(503, "5.5.1")
            .because("the session was authenticated without it").per("RFC 3207 4.2"),
        rule(SEQ_STARTTLS_IN_TRANSACTION).on(STARTTLS).when(IN_TRANSACTION).reply(503, "5.5.1")
            .because("a mail transaction is open").per("RFC 3207 4"),
        rule(SYN_ARGUMENT).on(AUTH).when(NO_ARGUMENT).reply(501, "5.5.4")
            .because("it needs a mechanism as its argument").per("RFC 4954 4"),
        rule(AUTH_TLS_REQUIRED).on(AUTH).when(AUTH_NEEDS_TLS).reply(538, "5.7.11")
            .because("on this port a password is only taken under TLS").per("RFC 4954 6"),
        rule(SEQ_MAIL_NESTED).on(MAIL).when(IN_TRANSACTION).reply(503, "5.5.1")
            .because("a mail transaction is open already").per("RFC 5321 4.1.4"),
        rule(SEQ_MAIL_MISSING).on(RCPT, DATA).when(NO_TRANSACTION).reply(503, "5.5.1")
            .because("MAIL has to come first").per("RFC 5321 3.3"),
        rule(SEQ_RCPT_REFUSED).on(DATA).when(ONLY_REFUSED_RECIPIENTS).reply(554, "5.5.1")
            .because("every recipient was refused").per("RFC 5321 3.3"),
        rule(SEQ_RCPT_MISSING).on(DATA).when(NO_RECIPIENT).reply(503, "5.5.1")
            .because("no recipient has been accepted yet").per("RFC 5321 3.3"));

    /** By the verb's ordinal, and in arrays: every command of every session passes here, and is judged without allocation. */
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
     * Judges a command. A row in mode observe that is broken is named in the verdict and refuses nothing; a row that is
     * off is not asked.
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
     * What the client can send next, each sendable as it stands once its placeholder is filled in. The first is the
     * first step of a shortest path to a delivered message; QUIT is the last.
     */
    public List<Move> next(SessionState state) {
        return paths.next(state);
    }
}
