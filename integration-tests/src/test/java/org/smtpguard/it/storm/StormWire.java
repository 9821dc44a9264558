package org.smtpguard.it.storm;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

import org.smtpguard.it.fuzz.ReplyCheck;
import org.smtpguard.it.fuzz.ReplyCheck.MalformedReply;
import org.smtpguard.it.wire.Trusting;

/** A connection that can be left in every rude way. Each reply is held to the form that RFC 5321 gives it. */
final class StormWire implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 15_000;
    /** One for all: sessions are resumed, as a client does that comes again. */
    private static final SSLSocketFactory TLS = Trusting.sockets();

    private final Socket bottom = new Socket();
    private final ReplyCheck replies = new ReplyCheck();
    private StringBuilder reply = new StringBuilder();
    private Socket socket = bottom;
    private InputStream input;

    StormWire(InetSocketAddress server) throws IOException {
        bottom.connect(server, PATIENCE_MILLIS);
        bottom.setTcpNoDelay(true);
        input = new BufferedInputStream(bottom.getInputStream());
    }

    void handshake() throws IOException {
        SSLSocket secured = (SSLSocket) TLS.createSocket(bottom, "localhost", bottom.getPort(), true);
        secured.setSoTimeout(PATIENCE_MILLIS);
        secured.startHandshake();
        socket = secured;
        input = new BufferedInputStream(secured.getInputStream());
    }

    void send(String lines) throws IOException {
        socket.getOutputStream().write(lines.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** The next reply; throws {@link SocketTimeoutException} when none comes, and {@link EOFException} at the end. */
    String hear() throws IOException, MalformedReply {
        return hear(PATIENCE_MILLIS).orElseThrow(() -> new SocketTimeoutException("no reply in " + PATIENCE_MILLIS + " ms"));
    }

    /** The next reply if it comes within that time, lines and all. */
    Optional<String> hear(int millis) throws IOException, MalformedReply {
        socket.setSoTimeout(millis);
        try {
            for (int before = replies.replies(); replies.replies() == before; ) {
                int octet = input.read();
                if (octet < 0) {
                    replies.end();
                    throw new EOFException("the server hung up");
                }
                replies.read(octet);
                reply.append((char) octet);
            }
        } catch (SocketTimeoutException e) {
            return Optional.empty();
        } catch (SocketException | SSLException e) {
            throw (EOFException) new EOFException("the server hung up: " + e.getMessage()).initCause(e);
        }
        String whole = reply.toString();
        reply = new StringBuilder();
        return Optional.of(whole);
    }

    /** By close_notify under TLS, by FIN without. */
    void sayNoMore() throws IOException {
        socket.shutdownOutput();
    }

    /** By a reset, and under TLS without a word of it. */
    void reset() throws IOException {
        bottom.setSoLinger(true, 0);
        bottom.close();
    }

    /** In good order, under TLS as well. */
    @Override
    public void close() throws IOException {
        socket.close();
        bottom.close();
    }
}
