package org.smtpguard.sasl;

import java.util.Optional;

/** What a mechanism may know of the connection it runs over. */
public final class Peer {
    private static final Peer CLEAR_TEXT = new Peer(false, Optional.empty(), Optional.empty());

    private final boolean tls;
    private final Optional<byte[]> serverEndPoint;
    private final Optional<String> certifiedName;

    private Peer(boolean tls, Optional<byte[]> serverEndPoint, Optional<String> certifiedName) {
        this.tls = tls;
        this.serverEndPoint = serverEndPoint;
        this.certifiedName = certifiedName;
    }

    public static Peer inClearText() {
        return CLEAR_TEXT;
    }

    /**
     * @param serverEndPoint the channel binding {@code tls-server-end-point} (RFC 5929 §4): a hash of the server's certificate
     * @param certifiedName the user name that the client's certificate stands for, if it sent one that the server trusts
     */
    public static Peer underTls(Optional<byte[]> serverEndPoint, Optional<String> certifiedName) {
        return new Peer(true, serverEndPoint.map(byte[]::clone), certifiedName);
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
