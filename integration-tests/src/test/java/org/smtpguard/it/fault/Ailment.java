package org.smtpguard.it.fault;

/** What a server, or the network before it, can suffer from. */
public enum Ailment {
    /** Nothing: every question is answered. */
    NONE,
    /** Nobody listens, and whoever was connected is cut off. */
    REFUSES,
    /** Every connection and every question is taken, and nothing is answered until this is over; then all that was held back is. */
    SILENT,
    /** Every answer comes later than anybody waits. */
    SLOW,
    /** Every answer takes its time, and comes before anybody has given up. */
    BUSY,
    /** Something else comes in the place of every answer. */
    RUBBISH,
    /** Every answer breaks off in its middle. */
    CUTS,
    /** The certificate is of somebody whom nobody trusts. */
    UNTRUSTED_CERTIFICATE,
    /** The certificate is trusted, and another server's. */
    FOREIGN_CERTIFICATE;

    boolean isOfCertificate() {
        return this == UNTRUSTED_CERTIFICATE || this == FOREIGN_CERTIFICATE;
    }
}
