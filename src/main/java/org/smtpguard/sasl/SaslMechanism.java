package org.smtpguard.sasl;

/** The server side of a SASL mechanism. One instance serves all sessions; each AUTH has its own {@link SaslExchange}. Thread-safe. */
public interface SaslMechanism {
    /** The registered name, in upper case (RFC 4422 §3.1). */
    String name();

    /** Whether an exchange on this connection can succeed. If not, the mechanism is neither announced nor accepted. */
    default boolean canSucceed(Peer peer) {
        return true;
    }

    /** Begins an exchange. */
    SaslExchange start(Peer peer);

    /** Whether the server begins. AUTH must then have no initial response (RFC 4954 §4). */
    default boolean isServerFirst() {
        return false;
    }
}
