package org.smtpguard.it.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Requests as a hostile program writes them: any request line, any header, any octets. One connection for each. */
public final class RawHttp {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final InetSocketAddress address;

    public RawHttp(InetSocketAddress address) {
        this.address = address;
    }

    /** {@code Host} as it should be. */
    public String host() {
        return "127.0.0.1:" + address.getPort();
    }

    /**
     * Sends a request with its {@code Content-Length}.
     *
     * @param start method and target
     * @param headers all but those of the body; {@code Host} too
     * @return all that the server says until it hangs up, in ISO 8859-1
     */
    public String ask(String start, List<String> headers, byte[] body) {
        String head = start + " HTTP/1.1\r\n" + String.join("\r\n", headers) + "\r\nContent-Length: " + body.length
            + "\r\nConnection: close\r\n\r\n";
        return send(head, body);
    }

    /** Sends octets as they are. */
    public String send(String head, byte[] body) {
        try (Socket socket = new Socket()) {
            socket.connect(address, (int) PATIENCE.toMillis());
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            try {
                socket.getOutputStream().write(body);
                socket.getOutputStream().flush();
            } catch (SocketException e) {
                // It may have answered, and hung up, before it has read all of it.
                return read(socket);
            }
            return read(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Of such an answer. */
    public static int status(String answer) {
        if (!answer.startsWith("HTTP/1.1 ")) {
            throw new AssertionError("no answer: " + answer);
        }
        return Integer.parseInt(answer.substring(9, 12));
    }
}
