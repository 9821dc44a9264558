package org.smtpguard.backend.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A wire to a server of this machine that can be cut, fall silent, or forget whom it has connected. At first nobody answers at its port.
 *
 * <p>Threads: one that accepts, two for each connection; they end with the sockets that they read.
 */
public final class Relay implements AutoCloseable {
    private final int target;
    private final int port;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Socket> forgotten = ConcurrentHashMap.newKeySet();
    private final Object pause = new Object();
    private boolean stalled;
    private ServerSocket listener;

    private Relay(int target, int port) {
        this.target = target;
        this.port = port;
    }

    public static Relay to(int target) {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new Relay(target, free.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    /** From now on connections are taken. */
    public void listen() throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        listener = server;
        start(() -> accept(server));
    }

    /** What comes is kept, and connections are taken all the same: a server that has stopped in its tracks. */
    public void stall() {
        synchronized (pause) {
            stalled = true;
        }
    }

    /** What is open by now leads nowhere from here on, and nobody is told: a firewall that forgets. New connections are as ever. */
    public void forget() {
        forgotten.addAll(sockets);
    }

    /** What was kept goes on its way. */
    public void resume() {
        synchronized (pause) {
            stalled = false;
            pause.notifyAll();
        }
    }

    /** All connections are closed, and nobody answers any more. */
    public void cut() throws IOException {
        if (listener != null) {
            listener.close();
        }
        for (Socket socket : sockets) {
            socket.close();
        }
        resume();
    }

    @Override
    public void close() throws IOException {
        cut();
    }

    private void accept(ServerSocket server) throws IOException {
        while (true) {
            Socket client = server.accept();
            Socket onward = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(client);
            sockets.add(onward);
            start(() -> pump(client, onward));
            start(() -> pump(onward, client));
        }
    }

    private void pump(Socket from, Socket to) throws IOException, InterruptedException {
        byte[] buffer = new byte[8192];
        try (from; to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                synchronized (pause) {
                    while (stalled) {
                        pause.wait();
                    }
                }
                if (!forgotten.contains(from)) {
                    out.write(buffer, 0, count);
                }
            }
        }
    }

    private static void start(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException | InterruptedException expected) {
                return;
            }
        }, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    private interface Task {
        void run() throws IOException, InterruptedException;
    }
}
