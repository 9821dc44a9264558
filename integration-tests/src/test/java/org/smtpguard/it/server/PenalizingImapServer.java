package org.smtpguard.it.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An IMAP server that makes an address wait after each wrong password, as Dovecot does with its {@code auth_penalty}: 2 s at first,
 * twice as long each time, 15 s at most. The address is what the client says in its {@code ID} ({@code x-originating-ip}), else that of the
 * connection.
 */
public final class PenalizingImapServer implements AutoCloseable {
    private static final int BACKLOG = 200;
    private static final long FIRST_PENALTY_MILLIS = 2_000;
    private static final long MAX_PENALTY_MILLIS = 15_000;
    private static final Pattern ORIGIN = Pattern.compile("\"x-originating-ip\" \"([^\"]*)\"", Pattern.CASE_INSENSITIVE);

    private final ServerSocket listener;
    private final Map<String, String> passwords;
    private final Map<String, Long> penalties = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    private PenalizingImapServer(ServerSocket listener, Map<String, String> passwords) {
        this.listener = listener;
        this.passwords = Map.copyOf(passwords);
    }

    /** @param passwords by user */
    public static PenalizingImapServer start(Map<String, String> passwords) {
        try {
            PenalizingImapServer server = new PenalizingImapServer(
                new ServerSocket(0, BACKLOG, InetAddress.getByName(Endpoint.LOOPBACK)), passwords);
            server.threads.execute(server::serve);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Every address starts again without a penalty. */
    public void forgive() {
        penalties.clear();
    }

    private void serve() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                threads.execute(() -> talk(client));
            } catch (IOException e) {
                // Closed, or a client that has gone: on to the next, if there is one.
            }
        }
    }

    private void talk(Socket socket) {
        try (socket) {
            BufferedReader lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            Replies replies = new Replies(socket);
            replies.say("* OK [CAPABILITY IMAP4rev1 ID SASL-IR AUTH=PLAIN] ready");
            String origin = socket.getInetAddress().getHostAddress();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", 4);
                Matcher matcher = ORIGIN.matcher(line);
                if (words[1].equalsIgnoreCase("ID")) {
                    origin = matcher.find() ? matcher.group(1) : origin;
                    replies.say("* ID NIL", words[0] + " OK done");
                } else if (words[1].equalsIgnoreCase("CAPABILITY")) {
                    replies.say("* CAPABILITY IMAP4rev1 ID SASL-IR AUTH=PLAIN", words[0] + " OK done");
                } else if (words[1].equalsIgnoreCase("AUTHENTICATE")) {
                    judge(origin, words[0], words[3], replies);
                } else if (words[1].equalsIgnoreCase("LOGOUT")) {
                    return;
                } else {
                    replies.say(words[0] + " BAD unknown");
                }
            }
        } catch (IOException e) {
            // The client has gone.
            return;
        }
    }

    private void judge(String origin, String tag, String response, Replies replies) {
        String[] message = new String(Base64.getDecoder().decode(response), StandardCharsets.UTF_8).split("\0", -1);
        boolean isRight = message[2].equals(passwords.get(message[1]));
        long delay = penalties.getOrDefault(origin, 0L);
        if (isRight) {
            penalties.remove(origin);
        } else {
            penalties.merge(origin, FIRST_PENALTY_MILLIS, (before, first) -> Math.min(2 * before, MAX_PENALTY_MILLIS));
            delay = penalties.get(origin);
        }
        String verdict = tag + (isRight ? " OK logged in" : " NO [AUTHENTICATIONFAILED] wrong");
        timer.schedule(() -> replies.say(verdict), delay, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        try {
            listener.close();
            timer.shutdownNow();
            threads.shutdownNow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** To one client, from the thread that reads its commands and from the timer. */
    private static final class Replies {
        private final Writer writer;

        private Replies(Socket socket) throws IOException {
            writer = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.ISO_8859_1);
        }

        private synchronized void say(String... lines) {
            try {
                for (String line : lines) {
                    writer.write(line + "\r\n");
                }
                writer.flush();
            } catch (IOException ignored) {
                // The client has gone: nobody is left to be told.
            }
        }
    }
}
