package org.smtpguard.it.fault;

import java.net.InetSocketAddress;

import org.smtpguard.it.server.Ports;

/** One backend of the fault matrix: its port, on which nobody else is asked, and its other side. */
public final class Column implements AutoCloseable {
    private final Peer peer;
    private final InetSocketAddress port = Ports.one();

    public Column(Peer peer) {
        this.peer = peer;
    }

    public Peer peer() {
        return peer;
    }

    public InetSocketAddress port() {
        return port;
    }

    /** For the port's handler chain. */
    public String backend() {
        return "<backend class=\"" + peer.backend() + "\" name=\"" + peer.backend() + "\">" + Row.SAFEGUARDS + peer.elements()
            + "</backend>";
    }

    @Override
    public void close() {
        peer.close();
    }

    @Override
    public String toString() {
        return peer.backend();
    }
}
