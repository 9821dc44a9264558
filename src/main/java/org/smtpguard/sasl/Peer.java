package org.smtpguard.sasl;

import java.util.Optional;

import org.smtpguard.credential.Origin;

/** The properties of a connection that mechanisms depend on. Immutable. */
public final class Peer {
    private static final Peer CLEAR_TEXT = new Peer(false, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private final boolean tls;
    private final Optional<byte[]> serverEndPoint;
    private final Optional<String> certifiedName;
    private final Optional<String> remoteAddress;
    private final Optional<String> sessionId;

    private Peer(boolean tls, Optional<byte[]> serverEndPoint, Optional<String> certifiedName, Optional<String> remoteAddress,
                 Optional<String> sessionId) {
        this.tls = tls;
        this.serverEndPoint = serverEndPoint;
        this.certifiedName = certifiedName;
        this.remoteAddress = remoteAddress;
        this.sessionId = sessionId;
    }

    public static Peer inClearText() {
        return CLEAR_TEXT;
    }

    /**
     * @param serverEndPoint the channel binding {@code tls-server-end-point} (RFC 5929 §4): a hash of the server's certificate
     * @param certifiedName the user name of the client's certificate, if it sent one that the server trusts
     */
    public static Peer underTls(Optional<byte[]> serverEndPoint, Optional<String> certifiedName) {
        return new Peer(true, serverEndPoint.map(byte[]::clone), certifiedName, Optional.empty(), Optional.empty());
    }

    /** The same peer with the client's IP address and the session id, for backends that pass them on. */
    public Peer at(String remoteAddress, String sessionId) {
        return new Peer(tls, serverEndPoint, certifiedName, Optional.of(remoteAddress), Optional.of(sessionId));
    }

    /** The origin of a request with this mechanism. */
    public Origin origin(String mechanism) {
        return Origin.of(mechanism, remoteAddress, sessionId, tls);
    }

    public boolean isUnderTls() {
        return tls;
    }

    public Optional<byte[]> serverEndPoint() {
        return serverEndPoint.map(byte[]::clone);
    }

    public Optional<String> certifiedName() {
        return certifiedName;
    }
}
