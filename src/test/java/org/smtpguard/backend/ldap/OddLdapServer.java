package org.smtpguard.backend.ldap;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.smtpguard.it.server.LdapDirectory;
import org.smtpguard.it.server.Ports;

/** What answers on a port where a directory should. */
final class OddLdapServer implements AutoCloseable {
    /** An LDAP message that has begun: a bind response of 12 octets, of which so many never come. */
    private static final byte[] BEGINNING = {0x30, 0x0c, 0x02, 0x01, 0x01};

    private final ServerSocket listener;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);

    /** How it behaves. */
    enum Manner {
        ACCEPTS_AND_NEVER_ANSWERS {
            @Override
            void speak(Socket socket) {
            }
        },
        HANGS_UP {
            @Override
            void speak(Socket socket) throws IOException {
                socket.close();
            }
        },
        TALKS_RUBBISH {
            @Override
            void speak(Socket socket) throws IOException {
                socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
            }
        },
        CUTS_IN_MID_ANSWER {
            @Override
            void speak(Socket socket) throws IOException {
                socket.getOutputStream().write(BEGINNING);
                socket.close();
            }
        },
        STOPS_IN_MID_ANSWER {
            @Override
            void speak(Socket socket) throws IOException {
                socket.getOutputStream().write(BEGINNING);
            }
        };

        /** Called for each request. */
        abstract void speak(Socket socket) throws IOException;
    }

    private OddLdapServer(ServerSocket listener) {
        this.listener = listener;
    }

    static OddLdapServer start(Manner manner) throws Exception {
        OddLdapServer server = new OddLdapServer(new ServerSocket(Ports.freePort(), 50, LdapDirectory.loopback()));
        start(() -> server.accept(manner));
        return server;
    }

    String url() {
        return "ldap://localhost:" + listener.getLocalPort();
    }

    /** How often something came in. */
    int requests() {
        return requests.get();
    }

    private void accept(Manner manner) {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                start(() -> serve(socket, manner));
            } catch (IOException ignored) {
                // Closed.
            }
        }
        over.countDown();
    }

    private void serve(Socket socket, Manner manner) {
        try {
            InputStream in = socket.getInputStream();
            byte[] request = new byte[4096];
            while (in.read(request) > 0) {
                requests.incrementAndGet();
                manner.speak(socket);
            }
        } catch (IOException ignored) {
            // Somebody has hung up.
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "odd LDAP server");
        thread.setDaemon(true);
        thread.start();
    }

    /** Hangs up when nobody can connect any more: a thread that waits for the next client keeps the port open until it wakes. */
    @Override
    public void close() throws IOException {
        listener.close();
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
