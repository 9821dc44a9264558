package org.smtpguard.it.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManager;

/**
 * An SMTP dialogue, written down as it goes:
 *
 * <pre>
 * wire(server.smtp())
 *     .expect("220")
 *     .send("EHLO client.example").expect("250")
 *     .send("DATA").expect("503 5.5.1").expectInReply("^503-5.5.1 Next: MAIL FROM:&lt;address&gt;");
 * </pre>
 *
 * <p>{@code expect} reads one whole reply, of one line or of many. What goes wrong is told with the dialogue so far.
 */
public final class WireScript implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Connection connection;
    private final StringBuilder dialogue = new StringBuilder();
    private Reply reply;

    private WireScript(Connection connection) {
        this.connection = connection;
    }

    /** Connects in clear text; the greeting waits to be expected. */
    public static WireScript wire(InetSocketAddress address) {
        return connect(new InetSocketAddress(0), address);
    }

    /** As {@link #wire}, from another address of this machine: all of 127.0.0.0/8 are, and each is a client network of its own. */
    public static WireScript wireFrom(String source, InetSocketAddress address) {
        return connect(new InetSocketAddress(source, 0), address);
    }

    private static WireScript connect(InetSocketAddress source, InetSocketAddress address) {
        try {
            return new WireScript(Connection.open(source, address, PATIENCE));
        } catch (IOException e) {
            throw new UncheckedIOException("nobody answers at " + address, e);
        }
    }

    /** Connects and starts with the TLS handshake. */
    public static WireScript tlsWire(InetSocketAddress address) {
        return wire(address).handshake();
    }

    /** What a client sends as PLAIN: authorization identity left empty. */
    public static String plain(String user, String password) {
        return base64("\0" + user + "\0" + Sent.password(password));
    }

    public static String base64(String text) {
        return Sent.token(Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** How long a reply may take, from here on. */
    public WireScript patience(Duration patience) {
        return during("wait " + patience, () -> connection.timeout(patience));
    }

    public WireScript send(String line) {
        return write(line + "\r\n");
    }

    /** All lines in one write, as a client does that does not wait for the replies. */
    public WireScript pipeline(String... lines) {
        return write(Arrays.stream(lines).map(line -> line + "\r\n").collect(Collectors.joining()));
    }

    /** As it stands: no line end is added. */
    public WireScript sendRaw(String text) {
        return write(text);
    }

    public WireScript sendRaw(byte[] bytes) {
        return write(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    /** The lines of a message and the dot that ends it. */
    public WireScript message(String... lines) {
        return write(Arrays.stream(lines)
            .map(line -> line.startsWith(".") ? "." + line : line)
            .map(line -> line + "\r\n")
            .collect(Collectors.joining("", "", ".\r\n")));
    }

    /** Reads the next reply and holds it to its beginning: {@code "250"}, {@code "503 5.5.1"}. */
    public WireScript expect(String prefix) {
        read();
        return check(reply.startsWith(prefix), "a reply that starts with \"" + prefix + "\"");
    }

    /** As {@link #expect(String)}, and the reply has one line. */
    public WireScript expectLine(String prefix) {
        expect(prefix);
        return check(reply.lines().size() == 1, "a reply of one line");
    }

    /** Reads the next reply and finds the expression in it; {@code ^} and {@code $} stand at each line's ends. */
    public WireScript expectMatch(String regex) {
        read();
        return expectInReply(regex);
    }

    /** Finds the expression in the reply that was read last. */
    public WireScript expectInReply(String regex) {
        return check(reply.contains(Pattern.compile(regex, Pattern.MULTILINE)), "a reply that matches /" + regex + "/");
    }

    public WireScript expectNotInReply(String regex) {
        return check(!reply.contains(Pattern.compile(regex, Pattern.MULTILINE)), "a reply that does not match /" + regex + "/");
    }

    /** Any assertion on the reply that was read last. */
    public WireScript expectReply(Consumer<Reply> assertion) {
        try {
            assertion.accept(reply);
            return this;
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + soFar(), e);
        }
    }

    /** Nothing comes for that long, and the server stays. */
    public WireScript expectSilence(Duration time) {
        return during("listen for silence", () -> check(connection.isSilentFor(time), "silence for " + time));
    }

    /** The server hangs up, without another word. */
    public WireScript expectClosed() {
        return during("wait for the end", () -> {
            Optional<String> line = connection.readLine();
            line.ifPresent(text -> dialogue.append("S: ").append(text).append('\n'));
            check(line.isEmpty(), "the end of the connection");
            dialogue.append("(closed by the server)\n");
        });
    }

    /** {@code STARTTLS}, its 220 and the handshake. */
    public WireScript startTls() {
        return send("STARTTLS").expect("220").handshake();
    }

    /** Has a certificate for the handshake to come. */
    public WireScript presenting(KeyManager... certificate) {
        connection.identity(certificate);
        return this;
    }

    /** The certificate that the server showed. */
    public X509Certificate serverCertificate() {
        X509Certificate[] shown = new X509Certificate[1];
        during("look at the server's certificate", () -> shown[0] = connection.serverCertificate());
        return shown[0];
    }

    /** What binds an exchange to this connection: {@code tls-server-end-point} (RFC 5929 §4.1). */
    public byte[] tlsServerEndPoint() {
        X509Certificate certificate = serverCertificate();
        String hash = certificate.getSigAlgName().replaceFirst("(?i)with.*", "").replaceFirst("SHA", "SHA-");
        try {
            return MessageDigest.getInstance(hash.matches("MD5|SHA-1") ? "SHA-256" : hash).digest(certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no hash of " + certificate.getSigAlgName(), e);
        }
    }

    /** The handshake alone, for a dialogue that brought about its own 220. */
    public WireScript handshake() {
        return during("handshake", () -> {
            connection.startTls();
            dialogue.append("(TLS from here on)\n");
        });
    }

    /**
     * Plays a dialogue that was written down: {@code C: line} is sent, {@code S: prefix} is expected of the next reply,
     * {@code S~ regex} of the reply that was read last, {@code TLS} shakes hands, {@code END} is the server's hanging up,
     * {@code #} and blank lines are for the reader.
     */
    public WireScript play(String script) {
        for (String line : script.split("\r?\n")) {
            playLine(line.strip());
        }
        return this;
    }

    private void playLine(String line) {
        if (line.startsWith("C: ")) {
            send(line.substring(3));
        } else if (line.startsWith("S: ")) {
            expect(line.substring(3));
        } else if (line.startsWith("S~ ")) {
            expectInReply(line.substring(3));
        } else if (line.equals("TLS")) {
            handshake();
        } else if (line.equals("END")) {
            expectClosed();
        } else if (!line.isEmpty() && !line.startsWith("#")) {
            throw new IllegalArgumentException("a script has C:, S:, S~, TLS, END and # lines, not: " + line);
        }
    }

    /** The reply that was read last. */
    public Reply reply() {
        return reply;
    }

    /** Reads one reply, whatever it says. */
    public Reply read() {
        during("wait for a reply", () -> {
            List<String> lines = new ArrayList<>();
            do {
                String line = connection.readLine().orElseThrow(() -> failure("a reply, but the server hung up"));
                dialogue.append("S: ").append(line).append('\n');
                lines.add(line);
            } while (isContinued(lines.get(lines.size() - 1)));
            reply = new Reply(lines);
        });
        return reply;
    }

    /** All that was said. */
    public String dialogue() {
        return dialogue.toString();
    }

    /** Tells the server that nothing more will come (close_notify under TLS, FIN without), and goes on listening. */
    public WireScript sayNoMore() {
        return during("say no more", connection::sayNoMore);
    }

    /** Hangs up at once, without QUIT. */
    public void abort() {
        during("hang up", connection::abort);
    }

    @Override
    public void close() {
        during("close", connection::close);
    }

    private static boolean isContinued(String line) {
        return line.length() > 3 && line.charAt(3) == '-';
    }

    private WireScript write(String text) {
        // A CR is part of the line end in all but the odd case, and that one is to be seen.
        for (String line : text.split("(?<=\n)")) {
            dialogue.append("C: ").append(line.replaceFirst("\r?\n$", "").replace("\r", "<CR>")).append('\n');
        }
        return during("send", () -> connection.write(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private WireScript check(boolean holds, String expectation) {
        if (!holds) {
            throw failure(expectation);
        }
        return this;
    }

    private AssertionError failure(String expectation) {
        return new AssertionError("expected " + expectation + soFar());
    }

    private String soFar() {
        return "; the dialogue so far:\n" + dialogue;
    }

    private WireScript during(String what, Action action) {
        try {
            action.run();
            return this;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("nothing came in time (" + what + ")" + soFar(), e);
        } catch (IOException e) {
            throw new AssertionError("the connection broke (" + what + "): " + e.getMessage() + soFar(), e);
        }
    }

    private interface Action {
        void run() throws IOException;
    }
}
