package org.smtpguard.backend.support;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A server of a test, which does as badly as the test wants: each connection is served by the same script, on a thread of its own. */
public final class LoopbackServer implements AutoCloseable {
    /** What the server does with a connection. When it returns, the server hangs up. */
    public interface Script {
        void serve(Peer peer) throws IOException;
    }

    private final ServerSocket socket;
    private final Script script;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);

    private LoopbackServer(ServerSocket socket, Script script) {
        this.socket = socket;
        this.script = script;
    }

    public static LoopbackServer serving(Script script) throws IOException {
        return onPort(0, script);
    }

    /** @param port where one has listened before, or 0 */
    public static LoopbackServer onPort(int port, Script script) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
        LoopbackServer server = new LoopbackServer(socket, script);
        onDaemon(server::accept);
        return server;
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                connections.add(connection);
                accepted.incrementAndGet();
                onDaemon(() -> serve(connection));
            }
        } catch (IOException e) {
            // Closed: the test is over.
        } finally {
            over.countDown();
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            script.serve(new Peer(connection));
        } catch (IOException e) {
            // The other side has gone, which is its good right.
        }
    }

    private static void onDaemon(Runnable task) {
        Thread thread = new Thread(task, "loopback-server");
        thread.setDaemon(true);
        thread.start();
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** How many connections there have been. */
    public int connections() {
        return accepted.get();
    }

    /** Returns when nobody can connect any more: a thread that waits for the next client keeps the port open until it wakes. */
    @Override
    public void close() throws IOException {
        socket.close();
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Socket connection : connections) {
            connection.close();
        }
    }

    /** One connection, seen from the server. Octets are characters (ISO 8859-1). */
    public static final class Peer {
        private final Socket socket;
        private final InputStream input;
        private Consumer<String> overhearing = line -> { };

        private Peer(Socket socket) throws IOException {
            this.socket = socket;
            this.input = new BufferedInputStream(socket.getInputStream());
        }

        /** Has each line that comes kept there, too. */
        public void overhearing(Collection<String> lines) {
            overhearing = lines::add;
        }

        /** A line without its end; empty when the other side has hung up. */
        public Optional<String> line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int octet = input.read(); octet >= 0; octet = input.read()) {
                if (octet == '\n') {
                    String text = line.toString(ISO_8859_1).replaceFirst("\r$", "");
                    overhearing.accept(text);
                    return Optional.of(text);
                }
                line.write(octet);
            }
            return Optional.empty();
        }

        public String octets(int count) throws IOException {
            return new String(input.readNBytes(count), ISO_8859_1);
        }

        public Peer say(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
            socket.getOutputStream().flush();
            return this;
        }

        /** Says nothing more, and returns when the other side hangs up. */
        public void listen() throws IOException {
            while (line().isPresent()) {
                // What comes is not of interest.
            }
        }
    }
}
