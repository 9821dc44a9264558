package org.smtpguard.sequence;

/** Which greeting of the client counts. */
public enum Greeting {
    /** Neither EHLO nor HELO was accepted. */
    NONE,
    /** There was one, and STARTTLS has voided it (RFC 3207 §4.2). */
    VOIDED_BY_TLS,
    /** HELO: no extension, therefore no AUTH and no STARTTLS. */
    HELO,
    EHLO
}
