package org.smtpguard.protocol;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What can be wrong, by its stable name. The names are a promise to clients, scripts and operators: more may join, none
 * changes its meaning.
 */
public enum DiagnosisId {
    SEQ_GREETING_EARLY,
    SEQ_EHLO_MISSING,
    SEQ_EHLO_AFTER_TLS,
    SEQ_EHLO_NOT_HELO,
    SEQ_MAIL_MISSING,
    SEQ_MAIL_NESTED,
    SEQ_RCPT_MISSING,
    SEQ_RCPT_REFUSED,
    SEQ_AUTH_IN_TRANSACTION,
    SEQ_AUTH_REPEATED,
    SEQ_STARTTLS_REPEATED,
    SEQ_STARTTLS_IN_TRANSACTION,
    SEQ_STARTTLS_AFTER_AUTH,
    SEQ_PIPELINING,
    SEQ_BARE_LF,
    SYN_ARGUMENT,
    SYN_COMMAND,
    SYN_CHARACTER,
    LIMIT_ERRORS,
    LIMIT_AUTH,
    AUTH_REQUIRED,
    AUTH_CREDENTIALS,
    AUTH_EXPIRED,
    AUTH_TOO_WEAK,
    AUTH_UNAVAILABLE,
    AUTH_MECHANISM,
    AUTH_ENCODING,
    AUTH_TOO_LONG,
    AUTH_CANCELLED,
    AUTH_TLS_REQUIRED,
    AUTH_IDENTITY;

    private final String text = name().replace('_', '-');

    /** The id of this name, in any case. */
    public static Optional<DiagnosisId> of(String name) {
        String wanted = name.toUpperCase(Locale.ROOT);
        return Stream.of(values()).filter(id -> id.text.equals(wanted)).findFirst();
    }

    /** The name as it stands on the wire, such as {@code SEQ-RCPT-MISSING}. */
    @Override
    public String toString() {
        return text;
    }
}
