package org.smtpguard.sequence;

/** The greeting that is in effect. */
public enum Greeting {
    /** Neither EHLO nor HELO has been accepted. */
    NONE,
    /** STARTTLS voided the greeting (RFC 3207 §4.2). */
    VOIDED_BY_TLS,
    /** HELO: no extensions, so neither AUTH nor STARTTLS. */
    HELO,
    EHLO
}
