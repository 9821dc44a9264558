package org.smtpguard.sequence;

/** The progress of a session towards a message (RFC 5321 §3.3, §4.1.4). */
public enum Phase {
    /** No greeting is in effect: none was accepted yet, or STARTTLS voided it. */
    CONNECTED,
    /** EHLO or HELO was accepted, and no transaction is open. */
    GREETED,
    /** MAIL was accepted, and no recipient yet. */
    SENDER_GIVEN,
    /** At least one recipient was accepted: DATA is legal. */
    RECIPIENTS_GIVEN
}
