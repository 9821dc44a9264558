package org.smtpguard.sasl;

/** A SASL mechanism, server side. One object serves all sessions; each AUTH gets an {@link SaslExchange} of its own. */
public interface SaslMechanism {
    /** The registered name, in upper case (RFC 4422 §3.1). */
    String name();

    /** Whether an exchange over such a connection can succeed at all: what cannot is neither announced nor accepted. */
    default boolean canSucceed(Peer peer) {
        return true;
    }

    /** Begins an exchange. */
    SaslExchange start(Peer peer);

    /** Whether the server begins: then AUTH must come without an initial response, which would be swallowed (RFC 4954 §4). */
    default boolean isServerFirst() {
        return false;
    }
}
