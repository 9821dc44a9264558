package org.smtpguard.backend.imap;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** An IMAP server that says what a test has it say, to each of its clients on a thread of its own. */
final class ScriptedImapServer implements AutoCloseable {
    private static final Pattern LITERAL = Pattern.compile("(.*)\\{(\\d+)}");

    private final ServerSocket listening;
    private final Script script;
    private final List<Client> clients = new CopyOnWriteArrayList<>();
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private ScriptedImapServer(Script script) throws IOException {
        this.script = script;
        this.listening = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        daemon(this::accept);
    }

    static ScriptedImapServer playing(Script script) throws IOException {
        return new ScriptedImapServer(script);
    }

    /** Who takes the log-ins that this judge takes, and knows these words beside IMAP4rev1. */
    static Script honest(String capabilities, Judge judge) {
        return client -> {
            client.say("* OK ready");
            client.serve(capabilities, judge);
        };
    }

    /** An honest one that speaks TLS from the first octet. */
    static Script underTls(SSLContext context, Script inside) {
        return client -> {
            client.startTls(context);
            inside.play(client);
        };
    }

    String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    /** What clients have sent so far: lines, and literals as lines. */
    List<String> heard() {
        synchronized (heard) {
            return new ArrayList<>(heard);
        }
    }

    int connections() {
        return clients.size();
    }

    private void accept() {
        try {
            while (true) {
                Client client = new Client(listening.accept());
                clients.add(client);
                daemon(() -> play(client));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private void play(Client client) {
        try (client) {
            script.play(client);
        } catch (IOException e) {
            // The client has gone.
        } catch (Throwable fault) {
            faults.add(fault);
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "scripted-imap-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        listening.close();
        for (Client client : clients) {
            client.close();
        }
        if (!faults.isEmpty()) {
            throw new AssertionError("the script failed", faults.get(0));
        }
    }

    /** What is said to one client. */
    interface Script {
        void play(Client client) throws Exception;
    }

    /** How a log-in is answered, without the tag. */
    interface Judge {
        String judge(String user, String password);
    }

    /** One connection, from the server's side. */
    final class Client implements AutoCloseable {
        private final Socket raw;
        private Socket socket;
        private InputStream in;

        private Client(Socket raw) throws IOException {
            this.raw = raw;
            speakOver(raw);
        }

        private void speakOver(Socket layer) throws IOException {
            socket = layer;
            in = new BufferedInputStream(layer.getInputStream());
        }

        void startTls(SSLContext context) throws IOException {
            SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(raw, null, raw.getPort(), true);
            secured.setUseClientMode(false);
            secured.startHandshake();
            speakOver(secured);
        }

        /** Sends lines. */
        Client say(String... lines) throws IOException {
            return sayAsItIs(String.join("\r\n", lines) + "\r\n");
        }

        Client sayAsItIs(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(UTF_8));
            socket.getOutputStream().flush();
            return this;
        }

        /** An octet at a time, with a moment before each, until the client has had enough. */
        void drip(String text) throws IOException, InterruptedException {
            for (int i = 0; i < text.length(); i++) {
                if (closed.await(20, TimeUnit.MILLISECONDS)) {
                    return;
                }
                sayAsItIs(text.substring(i, i + 1));
            }
        }

        /** The next line. */
        String hear() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int octet = in.read(); octet != '\n'; octet = in.read()) {
                if (octet < 0) {
                    throw new EOFException();
                }
                line.write(octet);
            }
            String text = line.toString(UTF_8).replaceAll("\r$", "");
            heard.add(text);
            return text;
        }

        /** Returns when the client is gone. */
        void hearTheEnd() throws IOException {
            while (true) {
                hear();
            }
        }

        /** The words of a command: what came as a literal is one. */
        private List<String> command() throws IOException {
            List<String> words = new ArrayList<>();
            for (Matcher literal = LITERAL.matcher(hear()); ; literal = LITERAL.matcher(hear())) {
                if (!literal.matches()) {
                    Collections.addAll(words, literal.replaceAll("$0").strip().split(" "));
                    words.removeIf(String::isEmpty);
                    return words;
                }
                Collections.addAll(words, literal.group(1).strip().split(" "));
                say("+ go on");
                String text = new String(in.readNBytes(Integer.parseInt(literal.group(2))), UTF_8);
                heard.add(text);
                words.add(text);
                words.removeIf(String::isEmpty);
            }
        }

        /** Takes commands as an IMAP server does, until LOGOUT. */
        void serve(String capabilities, Judge judge) throws IOException {
            while (true) {
                List<String> words = command();
                String tag = words.isEmpty() ? "* " : words.get(0) + " ";
                switch (words.size() < 2 ? "" : words.get(1)) {
                    case "CAPABILITY":
                        say("* CAPABILITY IMAP4rev1 " + capabilities, tag + "OK done");
                        break;
                    case "LOGIN":
                        say(tag + judge.judge(words.get(2), words.get(3)));
                        break;
                    case "AUTHENTICATE":
                        if (words.size() == 3) {
                            say("+ ");
                            words.add(hear());
                        }
                        String[] parts = new String(Base64.getDecoder().decode(words.get(3)), UTF_8).split("\0", -1);
                        say(tag + judge.judge(parts[1], parts[2]));
                        break;
                    case "LOGOUT":
                        say("* BYE", tag + "OK done");
                        return;
                    default:
                        say(tag + "BAD what?");
                }
            }
        }

        @Override
        public void close() throws IOException {
            raw.close();
        }
    }
}
