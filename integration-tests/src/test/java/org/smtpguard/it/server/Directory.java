package org.smtpguard.it.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The directory that {@code org.smtpguard.fixture.SocketBackend} asks: it knows who has which password, answers only who shows its
 * token, counts what it is asked, and can be made to fall ill.
 */
public final class Directory implements AutoCloseable {
    private static final int BACKLOG = 200;

    private final ServerSocket listener;
    private final String token;
    private final Map<String, String> users;
    private final AtomicInteger asked = new AtomicInteger();
    private final Queue<Socket> kept = new ConcurrentLinkedQueue<>();
    private volatile Health health = Health.WELL;

    /** What it does with a question. */
    public enum Health {
        WELL,
        /** Reads it, and keeps the connection, and never answers. */
        HANGS,
        /** Reads it and hangs up. */
        HANGS_UP
    }

    /** @param users the password of each user */
    public Directory(String token, Map<String, String> users) {
        this.token = token;
        this.users = Map.copyOf(users);
        try {
            listener = new ServerSocket(0, BACKLOG, InetAddress.getByName(Endpoint.LOOPBACK));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread thread = new Thread(this::serve, "directory");
        thread.setDaemon(true);
        thread.start();
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** From the next question on. */
    public void is(Health now) {
        health = now;
    }

    /** How many questions have come so far. */
    public int asked() {
        return asked.get();
    }

    private void serve() {
        while (!listener.isClosed()) {
            try {
                answer(listener.accept());
            } catch (IOException e) {
                // Closed, or a client that has gone: on to the next, if there is one.
            }
        }
    }

    private void answer(Socket client) throws IOException {
        String line = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII)).readLine();
        asked.incrementAndGet();
        if (health == Health.HANGS) {
            kept.add(client);
            return;
        }
        try (client) {
            if (line != null && health == Health.WELL) {
                client.getOutputStream().write(verdict(line.split(" ")).getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    private String verdict(String[] words) {
        if (!decoded(words[0]).equals(token)) {
            return "who are you\n";
        }
        return decoded(words[2]).equals(users.get(decoded(words[1]))) ? "yes\n" : "no\n";
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket client : kept) {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
