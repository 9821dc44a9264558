package org.smtpguard.it.fault;

import java.util.EnumSet;
import java.util.Set;

/** A server behind a {@link FaultProxy}. */
public final class ServerPeer implements Peer {
    private final String backend;
    private final String elements;
    private final FaultProxy proxy;
    private final AutoCloseable server;
    private final Set<Ailment> ailments;

    /**
     * @param elements in which the backend finds the proxy
     * @param server to be closed with this
     */
    public ServerPeer(String backend, String elements, FaultProxy proxy, AutoCloseable server, boolean isUnderTls) {
        this.backend = backend;
        this.elements = elements;
        this.proxy = proxy;
        this.server = server;
        this.ailments = EnumSet.allOf(Ailment.class);
        if (!isUnderTls) {
            ailments.removeIf(Ailment::isOfCertificate);
        }
    }

    @Override
    public String backend() {
        return backend;
    }

    @Override
    public String elements() {
        return elements;
    }

    @Override
    public Set<Ailment> ailments() {
        return EnumSet.copyOf(ailments);
    }

    @Override
    public void suffer(Ailment ailment) {
        proxy.suffer(ailment);
    }

    @Override
    public int connections() {
        return proxy.connections();
    }

    @Override
    public void close() {
        proxy.close();
        try {
            server.close();
        } catch (Exception e) {
            throw new IllegalStateException(backend + "'s server does not end", e);
        }
    }
}
