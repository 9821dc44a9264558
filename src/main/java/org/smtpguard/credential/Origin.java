package org.smtpguard.credential;

import java.util.Objects;
import java.util.Optional;

/**
 * The origin of a request: for backends that pass it on, and for the queues that it waits in. Contains no secret. Immutable, except for
 * the listener ({@link #reportingTo}).
 */
public final class Origin {
    private static final QueueListener NO_LISTENER = new QueueListener() {
        @Override
        public void queued() {
            // Not measured.
        }

        @Override
        public void started() {
            // Not measured.
        }
    };
    private static final Origin BY_HAND = new Origin("PLAIN", Optional.empty(), Optional.empty(), true, ClientNetwork.NONE, NO_LISTENER);

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

    /** The origin of requests outside of a session, such as a check by the operator. */
    public static Origin byHand() {
        return BY_HAND;
    }

    /**
     * @param mechanism the SASL mechanism, by its registered name
     * @param remoteAddress the client's IP address, as text
     * @param sessionId James' id of the session
     * @param tls whether the connection is under TLS
     */
    public static Origin of(String mechanism, Optional<String> remoteAddress, Optional<String> sessionId, boolean tls) {
        return new Origin(mechanism, remoteAddress, sessionId, tls, ClientNetwork.of(remoteAddress), NO_LISTENER);
    }

    /** The same without the session id, so that several requests of one client can be equal. */
    public Origin withoutSession() {
        return new Origin(mechanism, remoteAddress, Optional.empty(), tls, network, listener);
    }

    /** The same with a listener for the time that the request waits for workers. */
    public Origin reportingTo(QueueListener listener) {
        return new Origin(mechanism, remoteAddress, sessionId, tls, network, listener);
    }

    /** Called by {@link WorkerPool} when the request begins to wait for a worker. */
    public void queued() {
        listener.queued();
    }

    /** Called by {@link WorkerPool} when a worker starts to process the request. */
    public void started() {
        listener.started();
    }

    /** The client's network, by which places in queues are shared. */
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

    /** Measures the time that a request waits for workers, which does not count towards the backend's time limit. Thread-safe. */
    public interface QueueListener {
        /** The request begins to wait for a worker. */
        void queued();

        /** A worker starts to process the request. Not called if the request was dropped. */
        void started();
    }

    @Override
    public String toString() {
        return mechanism + remoteAddress.map(address -> " from " + address).orElse("") + (tls ? " under TLS" : "");
    }
}
