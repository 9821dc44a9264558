package org.smtpguard.backend.imap;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

import com.google.common.net.HostAndPort;

/**
 * A connection to an IMAP server that reads and writes lines. Their length and number are limited, so a dialogue always ends.
 *
 * <p>Threads: one thread reads and writes, without a timeout of its own. {@link #abort()} may be called from any thread; it
 * does not block, and it ends the call that the first thread is blocked in: connect, TLS handshake or read.
 */
final class ImapConnection {
    /** Octets. RFC 2683 §3.2.1.5 recommends 8000; lines before a log-in are shorter. */
    private static final int MAX_LINE = 8192;
    private static final int MAX_LINES = 100;

    private final String host;
    private final int port;
    private final Socket raw = new Socket();
    private Socket socket = raw;
    private InputStream in = InputStream.nullInputStream();
    private OutputStream out = OutputStream.nullOutputStream();
    private int lines;
    private boolean used;

    ImapConnection(String host, int port) {
        this.host = host;
        this.port = port;
    }

    /** Connects to the first address of the host. */
    void connect() throws IOException {
        raw.connect(new InetSocketAddress(host, port));
        raw.setTcpNoDelay(true);
        use(raw);
    }

    /** Starts TLS; the certificate must be trusted and match the host name (RFC 7817). Discards what has been read before. */
    void startTls(SSLContext context) throws IOException {
        SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(raw, host, port, true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        try {
            secured.startHandshake();
        } catch (SSLException e) {
            throw new ImapException("the TLS handshake failed (" + e.getClass().getSimpleName()
                + ", connecting to " + HostAndPort.fromParts(host, port) + "): it has to offer TLS on this port, with a"
                + " trusted certificate for " + host);
        }
        use(secured);
    }

    private void use(Socket layer) throws IOException {
        socket = layer;
        in = new BufferedInputStream(layer.getInputStream());
        out = layer.getOutputStream();
    }

    /** Whether the server has sent a line. From then on, the request itself may be the cause of a failure. */
    boolean isUsed() {
        return used;
    }

    /** Whether the server has sent more than was read. */
    boolean hasMore() throws IOException {
        return in.available() > 0;
    }

    /** The next line, without its line end; each octet is one character. */
    String readLine() throws IOException {
        if (++lines > MAX_LINES) {
            throw new ImapException("it sends more than " + MAX_LINES + " lines");
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new ImapException("it has closed the connection");
            }
            if (line.size() == MAX_LINE) {
                throw new ImapException("it sends a line of more than " + MAX_LINE + " octets");
            }
            line.write(octet);
        }
        used = true;
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** Sends a line; CRLF is added. */
    void writeLine(byte[] line) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(line);
        whole.write('\r');
        whole.write('\n');
        out.write(whole.toByteArray());
        out.flush();
    }

    /** Closes the connection gracefully; for the thread that reads and writes. */
    void close() throws IOException {
        socket.close();
    }

    /** Closes the socket immediately. Thread-safe. */
    void abort() {
        try {
            raw.close();
        } catch (IOException ignored) {
            // The connection is no longer needed.
        }
    }
}
