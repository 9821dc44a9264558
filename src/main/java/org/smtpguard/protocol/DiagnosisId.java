package org.smtpguard.protocol;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The stable id of a diagnosis. Clients, scripts and operators depend on the ids: new ones may be added, none changes its meaning.
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
    AUTH_BLOCKED(Group.AUTHENTICATION, Counts.ERROR),
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
    AUTH_IDENTITY(Group.AUTHENTICATION, Counts.FAILED_LOGIN),
    AUTH_SENDER(Group.AUTHENTICATION, Counts.ERROR),
    AUTH_REVOKED(Group.AUTHENTICATION, Counts.ENDS_SESSION);

    /** What a diagnosis is about. */
    public enum Group {
        /** The order of commands. */
        SEQUENCE,
        /** A single line. */
        SYNTAX,
        /** The limits of a session. */
        LIMIT,
        /** The replies of AUTH. */
        AUTHENTICATION
    }

    /** What a refusal counts as towards the limits of a session. */
    public enum Counts {
        /** A client error. */
        ERROR,
        /** A client error, unless it follows from a refusal that the client could not have read yet (RFC 2920). */
        CONSEQUENCE,
        /** A failed log-in. */
        FAILED_LOGIN,
        /** Not a client error, within a limit. */
        FORGIVEN,
        /** Not counted: the connection is closed after the reply. */
        ENDS_SESSION
    }

    /** The modes of the guard in which a refusal applies. */
    public enum Applies {
        /** In the mode configured for the rule. */
        AS_RULE,
        /** In the mode configured for the rule; for AUTH in every mode, since James has no AUTH handler that could answer instead. */
        AS_RULE_BUT_ALWAYS_TO_AUTH,
        /** In every mode. Not a rule: mode observe must never accept a wrong password. */
        ALWAYS
    }

    private final Group group;
    private final Counts counts;
    private final Applies applies;
    private final String text = name().replace('_', '-');

    /** Applies always if it is a reply of AUTH, otherwise as a rule. */
    DiagnosisId(Group group, Counts counts) {
        this(group, counts, group == Group.AUTHENTICATION ? Applies.ALWAYS : Applies.AS_RULE);
    }

    DiagnosisId(Group group, Counts counts, Applies applies) {
        this.group = group;
        this.counts = counts;
        this.applies = applies;
    }

    /** The id with this name, ignoring case. */
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

    /** Whether nothing that the client may send leads to a delivered message now, and only QUIT is proposed. */
    public boolean isDeadEnd() {
        return this == AUTH_BLOCKED;
    }

    /** Whether the connection is closed after the reply. */
    public boolean closesConnection() {
        return counts == Counts.ENDS_SESSION;
    }

    /** Whether a mode can be configured for it. */
    public boolean isRule() {
        return applies != Applies.ALWAYS;
    }

    /** Whether it refuses AUTH in every mode. */
    public boolean appliesAlwaysToAuth() {
        return applies != Applies.AS_RULE;
    }

    /** The name on the wire, such as {@code SEQ-RCPT-MISSING}. */
    @Override
    public String toString() {
        return text;
    }
}
