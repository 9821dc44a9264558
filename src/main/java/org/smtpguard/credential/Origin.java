package org.smtpguard.credential;

import java.util.Objects;
import java.util.Optional;

/**
 * Where a request comes from, for backends that pass it on, and for the queues that it waits in. Holds no secret. Immutable, but for the
 * listener that is told how long the request waits ({@link #reportingTo}).
 */
public final class Origin {
    private static final QueueListener NOBODY = new QueueListener() {
        @Override
        public void queued() {
            // Nobody counts.
        }

        @Override
        public void started() {
            // Nobody counts.
        }
    };
    private static final Origin BY_HAND = new Origin("PLAIN", Optional.empty(), Optional.empty(), true, ClientNetwork.NONE, NOBODY);

    private final String mechanism;
    private final Optional<String> remoteAddress;
    private final Optional<String> sessionId;
    private final boolean tls;
    private final ClientNetwork network;
    private final QueueListener listener;

    private Origin(String mechanism, Optional<String> remoteAddress, Optional<String> sessionId, boolean tls, ClientNetwork network,
                   QueueListener listener) {
        this.mechanism = Objects.requireNonNull(mechanism, "mechanism");
        this.remoteAddress = Objects.requireNonNull(remoteAddress, "remoteAddress");
        this.sessionId = Objects.requireNonNull(sessionId, "sessionId");
        this.tls = tls;
        this.network = network;
        this.listener = Objects.requireNonNull(listener, "listener");
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
        return new Origin(mechanism, remoteAddress, sessionId, tls, ClientNetwork.of(remoteAddress), NOBODY);
    }

    /** The same without the session's name: what may be the same for two requests of one client. */
    public Origin withoutSession() {
        return new Origin(mechanism, remoteAddress, Optional.empty(), tls, network, listener);
    }

    /** The same; {@code listener} is told about the time that the request spends in queues of workers. */
    public Origin reportingTo(QueueListener listener) {
        return new Origin(mechanism, remoteAddress, sessionId, tls, network, listener);
    }

    /** The request begins to wait for a worker: called by {@link WorkerPool}. */
    public void queued() {
        listener.queued();
    }

    /** A worker has taken the request up: called by {@link WorkerPool}. */
    public void started() {
        listener.started();
    }

    /** By which places in queues are shared. */
    public ClientNetwork network() {
        return network;
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

    /** Told about the time that a request spends in queues of workers, which is no time of the backend's. For any thread. */
    public interface QueueListener {
        /** It begins to wait for a worker. */
        void queued();

        /** A worker has taken it up. Not called if it was dropped. */
        void started();
    }

    @Override
    public String toString() {
        return mechanism + remoteAddress.map(address -> " from " + address).orElse("") + (tls ? " under TLS" : "");
    }
}
