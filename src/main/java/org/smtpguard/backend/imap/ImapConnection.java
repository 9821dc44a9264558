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

/**
 * The lines of one connection to an IMAP server, bounded in length and in number: whatever the server sends, it ends.
 *
 * <p>Threads: one thread speaks, and waits for the server without a limit of its own. {@link #cut()} comes from any other when the
 * time is over, waits for nobody, and ends whatever the first one waits for: the connecting, the handshake, a line.
 */
final class ImapConnection {
    /** RFC 2683 §3.2.1.5 has servers and clients be ready for 8000; what is told before a log-in is shorter. */
    private static final int LONGEST_LINE = 8192;
    private static final int MOST_LINES = 100;

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

    /** Connects to the first address that the host's name has. */
    void connect() throws IOException {
        raw.connect(new InetSocketAddress(host, port));
        raw.setTcpNoDelay(true);
        speakOver(raw);
    }

    /** From here on under TLS, with a certificate that is trusted and names the host (RFC 7817). What has been read is forgotten. */
    void startTls(SSLContext context) throws IOException {
        SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(raw, host, port, true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        try {
            secured.startHandshake();
        } catch (SSLException e) {
            throw new ImapException("there is no TLS with it (" + e.getClass().getSimpleName()
                + "): it has to speak TLS on this port, with a"
                + " certificate that is trusted and names " + host);
        }
        speakOver(secured);
    }

    private void speakOver(Socket layer) throws IOException {
        socket = layer;
        in = new BufferedInputStream(layer.getInputStream());
        out = layer.getOutputStream();
    }

    /** Whether a line has come from the server: whatever fails from then on, what was said before may be the cause. */
    boolean isUsed() {
        return used;
    }

    /** Whether the server has sent more than was read. */
    boolean hasMore() throws IOException {
        return in.available() > 0;
    }

    /** The next line, without its end; octets as characters. */
    String readLine() throws IOException {
        if (++lines > MOST_LINES) {
            throw new ImapException("it sends more than " + MOST_LINES + " lines");
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new ImapException("it has hung up");
            }
            if (line.size() == LONGEST_LINE) {
                throw new ImapException("it sends a line of more than " + LONGEST_LINE + " octets");
            }
            line.write(octet);
        }
        used = true;
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** Sends a line; the line's end is added. */
    void writeLine(byte[] line) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(line);
        whole.write('\r');
        whole.write('\n');
        out.write(whole.toByteArray());
        out.flush();
    }

    /** Ends the connection in good order; for the thread that speaks. */
    void close() throws IOException {
        socket.close();
    }

    /** Ends the connection at once, from whatever thread. */
    void cut() {
        try {
            raw.close();
        } catch (IOException ignored) {
            // It is not needed any more, whatever has become of it.
        }
    }
}
