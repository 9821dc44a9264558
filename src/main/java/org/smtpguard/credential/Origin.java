package org.smtpguard.credential;

import java.util.Objects;
import java.util.Optional;

/** Where a claim comes from, for backends that pass it on to somebody who wants to know. Immutable; holds no secret. */
public final class Origin {
    private static final Origin BY_HAND = new Origin("PLAIN", Optional.empty(), Optional.empty(), true);

    private final String mechanism;
    private final Optional<String> remoteAddress;
    private final Optional<String> sessionId;
    private final boolean tls;

    private Origin(String mechanism, Optional<String> remoteAddress, Optional<String> sessionId, boolean tls) {
        this.mechanism = Objects.requireNonNull(mechanism, "mechanism");
        this.remoteAddress = Objects.requireNonNull(remoteAddress, "remoteAddress");
        this.sessionId = Objects.requireNonNull(sessionId, "sessionId");
        this.tls = tls;
    }

    /** No session: somebody who asks by hand, from within. */
    public static Origin byHand() {
        return BY_HAND;
    }

    /**
     * @param mechanism the SASL mechanism, by its registered name
     * @param remoteAddress the client's IP address, as text
     * @param sessionId what James calls the session
     * @param tls whether the client speaks under TLS
     */
    public static Origin of(String mechanism, Optional<String> remoteAddress, Optional<String> sessionId, boolean tls) {
        return new Origin(mechanism, remoteAddress, sessionId, tls);
    }

    public String mechanism() {
        return mechanism;
    }

    public Optional<String> remoteAddress() {
        return remoteAddress;
    }

    public Optional<String> sessionId() {
        return sessionId;
    }

    public boolean isUnderTls() {
        return tls;
    }

    @Override
    public String toString() {
        return mechanism + remoteAddress.map(address -> " from " + address).orElse("") + (tls ? " under TLS" : "");
    }
}
