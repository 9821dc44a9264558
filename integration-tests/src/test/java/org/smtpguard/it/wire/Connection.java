package org.smtpguard.it.wire;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLSocket;

/**
 * A socket that is read by lines, and that can turn to TLS on its way. Octets are characters (ISO 8859-1), so that
 * nothing a server sends is lost.
 */
final class Connection implements AutoCloseable {
    private Socket socket;
    private InputStream input;
    private KeyManager[] identity = new KeyManager[0];

    private Connection(Socket socket) throws IOException {
        this.socket = socket;
        this.input = new BufferedInputStream(socket.getInputStream());
    }

    static Connection open(InetSocketAddress address, Duration timeout) throws IOException {
        return open(new InetSocketAddress(0), address, timeout);
    }

    /** @param source what the connection comes from; port 0 is any */
    static Connection open(InetSocketAddress source, InetSocketAddress address, Duration timeout) throws IOException {
        Socket socket = new Socket();
        socket.bind(source);
        socket.connect(address, (int) timeout.toMillis());
        socket.setSoTimeout((int) timeout.toMillis());
        socket.setTcpNoDelay(true);
        return new Connection(socket);
    }

    void timeout(Duration timeout) throws IOException {
        socket.setSoTimeout((int) timeout.toMillis());
    }

    Duration timeout() throws IOException {
        return Duration.ofMillis(socket.getSoTimeout());
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** One line without its CRLF, or nothing when the peer has closed. */
    Optional<String> readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int octet = readOctet();
            if (octet < 0) {
                return line.size() == 0 ? Optional.empty() : Optional.of(line.toString(StandardCharsets.ISO_8859_1));
            }
            if (octet == '\n') {
                String text = line.toString(StandardCharsets.ISO_8859_1);
                return Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text + "<bare LF>");
            }
            line.write(octet);
        }
    }

    byte[] readExactly(int count) throws IOException {
        return input.readNBytes(count);
    }

    /** Whether nothing at all comes within that time, and the peer stays. */
    boolean isSilentFor(Duration time) throws IOException {
        Duration before = timeout();
        timeout(time);
        try {
            input.mark(1);
            input.read();
            input.reset();
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } finally {
            timeout(before);
        }
    }

    /** What the handshake to come shows to a server that asks for a certificate. */
    void identity(KeyManager[] own) {
        identity = own.clone();
    }

    /** The server's, once under TLS. */
    X509Certificate serverCertificate() throws IOException {
        return (X509Certificate) ((SSLSocket) socket).getSession().getPeerCertificates()[0];
    }

    void startTls() throws IOException {
        SSLSocket secured = (SSLSocket) Trusting.sockets(identity)
            .createSocket(socket, socket.getInetAddress().getHostAddress(), socket.getPort(), true);
        secured.startHandshake();
        socket = secured;
        input = new BufferedInputStream(secured.getInputStream());
    }

    /** Says that nothing more will be sent: by close_notify under TLS, by FIN without; reading goes on. */
    void sayNoMore() throws IOException {
        socket.shutdownOutput();
    }

    /** Hangs up with a reset, as a crashed client does. */
    void abort() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private int readOctet() throws IOException {
        try {
            return input.read();
        } catch (SocketException e) {
            // A reset closes as well as an orderly end does.
            return -1;
        }
    }
}
