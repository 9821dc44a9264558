package org.smtpguard.protocol;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What can be wrong, by its stable name. The names are a promise to clients, scripts and operators: more may join, none
 * changes its meaning.
 */
public enum DiagnosisId {
    SEQ_GREETING_EARLY(Group.SEQUENCE, Counts.ENDS_SESSION),
    SEQ_EHLO_MISSING(Group.SEQUENCE, Counts.ERROR),
    SEQ_EHLO_AFTER_TLS(Group.SEQUENCE, Counts.ERROR),
    SEQ_EHLO_NOT_HELO(Group.SEQUENCE, Counts.ERROR),
    SEQ_MAIL_MISSING(Group.SEQUENCE, Counts.CONSEQUENCE),
    SEQ_MAIL_NESTED(Group.SEQUENCE, Counts.ERROR),
    SEQ_RCPT_MISSING(Group.SEQUENCE, Counts.CONSEQUENCE),
    SEQ_RCPT_REFUSED(Group.SEQUENCE, Counts.CONSEQUENCE),
    SEQ_AUTH_IN_TRANSACTION(Group.SEQUENCE, Counts.ERROR),
    SEQ_AUTH_REPEATED(Group.SEQUENCE, Counts.ERROR, Applies.AS_RULE_BUT_ALWAYS_TO_AUTH),
    SEQ_STARTTLS_REPEATED(Group.SEQUENCE, Counts.ERROR),
    SEQ_STARTTLS_IN_TRANSACTION(Group.SEQUENCE, Counts.ERROR),
    SEQ_STARTTLS_AFTER_AUTH(Group.SEQUENCE, Counts.ERROR),
    SEQ_PIPELINING(Group.SEQUENCE, Counts.CONSEQUENCE),
    SEQ_BARE_LF(Group.SEQUENCE, Counts.ERROR),
    SYN_ARGUMENT(Group.SYNTAX, Counts.ERROR, Applies.AS_RULE_BUT_ALWAYS_TO_AUTH),
    SYN_COMMAND(Group.SYNTAX, Counts.ERROR),
    SYN_CHARACTER(Group.SYNTAX, Counts.ERROR),
    LIMIT_ERRORS(Group.LIMIT, Counts.ENDS_SESSION),
    LIMIT_AUTH(Group.LIMIT, Counts.ENDS_SESSION),
    LIMIT_RECIPIENTS(Group.LIMIT, Counts.ENDS_SESSION),
    AUTH_REQUIRED(Group.AUTHENTICATION, Counts.FORGIVEN),
    AUTH_CREDENTIALS(Group.AUTHENTICATION, Counts.FAILED_LOGIN),
    AUTH_EXPIRED(Group.AUTHENTICATION, Counts.FAILED_LOGIN),
    AUTH_TOO_WEAK(Group.AUTHENTICATION, Counts.FAILED_LOGIN),
    AUTH_UNAVAILABLE(Group.AUTHENTICATION, Counts.FORGIVEN),
    AUTH_MECHANISM(Group.AUTHENTICATION, Counts.ERROR),
    AUTH_ENCODING(Group.AUTHENTICATION, Counts.ERROR, Applies.AS_RULE),
    AUTH_TOO_LONG(Group.AUTHENTICATION, Counts.ERROR),
    AUTH_CANCELLED(Group.AUTHENTICATION, Counts.ERROR),
    AUTH_TLS_REQUIRED(Group.AUTHENTICATION, Counts.ERROR),
    AUTH_IDENTITY(Group.AUTHENTICATION, Counts.FAILED_LOGIN);

    /** What a diagnosis is about. */
    public enum Group {
        /** The order of commands. */
        SEQUENCE,
        /** A line by itself. */
        SYNTAX,
        /** How much a session may get wrong. */
        LIMIT,
        /** The replies of AUTH. */
        AUTHENTICATION
    }

    /** What a refusal counts as, towards the limits of a session. */
    public enum Counts {
        /** An error of the client. */
        ERROR,
        /** An error, unless it follows from a failure that the client could not know of yet (RFC 2920). */
        CONSEQUENCE,
        /** A failed log-in. */
        FAILED_LOGIN,
        /** Not the client's error: as long as there are few. */
        FORGIVEN,
        /** Nothing: the connection is closed after the reply. */
        ENDS_SESSION
    }

    /** In which mode of the guard a refusal applies. */
    public enum Applies {
        /** In the mode that the operator gives the rule. */
        AS_RULE,
        /** In the mode of the rule; to our own AUTH in every mode, since there is no James after it that could answer instead. */
        AS_RULE_BUT_ALWAYS_TO_AUTH,
        /** It is no rule: a password is never accepted because an operator only wants to observe. */
        ALWAYS
    }

    private final Group group;
    private final Counts counts;
    private final Applies applies;
    private final String text = name().replace('_', '-');

    /** The replies of AUTH are no rules; all others are. */
    DiagnosisId(Group group, Counts counts) {
        this(group, counts, group == Group.AUTHENTICATION ? Applies.ALWAYS : Applies.AS_RULE);
    }

    DiagnosisId(Group group, Counts counts, Applies applies) {
        this.group = group;
        this.counts = counts;
        this.applies = applies;
    }

    /** The id of this name, in any case. */
    public static Optional<DiagnosisId> of(String name) {
        String wanted = name.toUpperCase(Locale.ROOT);
        return Stream.of(values()).filter(id -> id.text.equals(wanted)).findFirst();
    }

    public Group group() {
        return group;
    }

    public Counts counts() {
        return counts;
    }

    /** Whether the connection is closed after the reply. */
    public boolean closesConnection() {
        return counts == Counts.ENDS_SESSION;
    }

    /** Whether an operator may give it a mode of its own. */
    public boolean isRule() {
        return applies != Applies.ALWAYS;
    }

    /** Whether our own AUTH is refused by it in every mode. */
    public boolean appliesAlwaysToAuth() {
        return applies != Applies.AS_RULE;
    }

    /** The name as it is on the wire, such as {@code SEQ-RCPT-MISSING}. */
    @Override
    public String toString() {
        return text;
    }
}
