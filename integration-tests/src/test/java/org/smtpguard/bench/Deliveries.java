package org.smtpguard.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Clients that deliver, one reply after the other, as fast as the server lets them. */
final class Deliveries {
    private static final int MESSAGE_OCTETS = 4096;
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final byte[] MESSAGE = message();

    private final InetSocketAddress server;
    private final int connections;
    private final int messagesPerSession;

    Deliveries(InetSocketAddress server, int connections, int messagesPerSession) {
        this.server = server;
        this.connections = connections;
        this.messagesPerSession = messagesPerSession;
    }

    /** Returns how many messages were accepted in that time, and a little after it: each client ends its session. */
    long run(Duration time) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        ExecutorService clients = Executors.newFixedThreadPool(connections);
        try {
            List<Future<Long>> counts = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                counts.add(clients.submit(() -> deliverUntil(end)));
            }
            long messages = 0;
            for (Future<Long> count : counts) {
                messages += count.get();
            }
            return messages;
        } finally {
            clients.shutdownNow();
        }
    }

    private long deliverUntil(long end) throws IOException {
        long messages = 0;
        while (System.nanoTime() < end) {
            try (Session session = new Session(server)) {
                session.expect("220");
                session.say("EHLO client.example", "250");
                for (int i = 0; i < messagesPerSession; i++) {
                    session.say("MAIL FROM:<alice@localhost>", "250");
                    session.say("RCPT TO:<bob@localhost>", "250");
                    session.say("DATA", "354");
                    session.write(MESSAGE);
                    session.expect("250");
                    messages++;
                }
                session.say("QUIT", "221");
            }
        }
        return messages;
    }

    private static byte[] message() {
        StringBuilder message = new StringBuilder("From: <alice@localhost>\r\nTo: <bob@localhost>\r\nSubject: overhead\r\n\r\n");
        while (message.length() < MESSAGE_OCTETS) {
            message.append("A line of an ordinary message, as long as lines of ordinary messages are.\r\n");
        }
        return message.append(".\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** One connection. */
    private static final class Session implements AutoCloseable {
        private final Socket socket = new Socket();
        private final InputStream input;
        private final OutputStream output;

        private Session(InetSocketAddress server) throws IOException {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(server, TIMEOUT_MILLIS);
            input = new BufferedInputStream(socket.getInputStream());
            output = socket.getOutputStream();
        }

        private void say(String command, String code) throws IOException {
            write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            expect(code);
        }

        private void write(byte[] octets) throws IOException {
            output.write(octets);
        }

        private void expect(String code) throws IOException {
            String line = line();
            while (line.length() > 3 && line.charAt(3) == '-') {
                line = line();
            }
            if (!line.startsWith(code)) {
                throw new IOException("The server says " + line + " and not " + code);
            }
        }

        private String line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream(80);
            for (int octet = input.read(); octet != '\n'; octet = input.read()) {
                if (octet < 0) {
                    throw new IOException("The server has hung up");
                }
                line.write(octet);
            }
            return line.toString(StandardCharsets.US_ASCII);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
