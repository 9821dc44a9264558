package org.smtpguard.sequence;

/** How far a session has come towards a message (RFC 5321 §3.3, §4.1.4). */
public enum Phase {
    /** No greeting that counts: none yet, or STARTTLS has voided it. */
    CONNECTED,
    /** EHLO or HELO is done and no transaction is open. */
    GREETED,
    /** MAIL was accepted and no recipient has been. */
    SENDER_GIVEN,
    /** At least one recipient was accepted: DATA is legal. */
    RECIPIENTS_GIVEN
}
