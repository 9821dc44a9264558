package org.smtpguard.james;

import java.net.InetSocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLSession;

import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.LineHandler;

/** A connection that leads nowhere. */
final class StubTransport implements ProtocolTransport {
    private static final InetSocketAddress ADDRESS = new InetSocketAddress("127.0.0.1", 25);

    @Override
    public InetSocketAddress getRemoteAddress() {
        return ADDRESS;
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return ADDRESS;
    }

    @Override
    public String getId() {
        return "7f3a9c21";
    }

    @Override
    public boolean isTLSStarted() {
        return false;
    }

    @Override
    public boolean isStartTLSSupported() {
        return true;
    }

    @Override
    public Optional<SSLSession> getSSLSession() {
        return Optional.empty();
    }

    @Override
    public boolean isProxyRequired() {
        return false;
    }

    @Override
    public void writeResponse(Response response, ProtocolSession session) {
        throw new UnsupportedOperationException("Nobody reads here");
    }

    @Override
    public void popLineHandler() {
        throw new UnsupportedOperationException("Nobody pushes here");
    }

    @Override
    public void pushLineHandler(LineHandler<? extends ProtocolSession> overrideCommandHandler, ProtocolSession session) {
        throw new UnsupportedOperationException("Nobody waits here");
    }

    @Override
    public void setReadable(boolean readable) {
        throw new UnsupportedOperationException("Nobody reads here");
    }

    @Override
    public boolean isReadable() {
        return true;
    }
}
