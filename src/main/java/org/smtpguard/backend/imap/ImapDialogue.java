package org.smtpguard.backend.imap;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Secret;

/**
 * The IMAP commands needed to log a user in (RFC 9051, RFC 3501). Written by hand because commons-net inserts names and
 * passwords into LOGIN without quoting, reads lines of any length and has a timeout per line only; other libraries depend on
 * {@code javax.mail} or include a server.
 *
 * <p>Threads: confined to the thread of its {@link ImapConnection}.
 */
final class ImapDialogue {
    /** How TLS is started. */
    enum Tls {
        /** Implicit TLS (RFC 8314). */
        IMAPS,
        /** With the STARTTLS command; no log-in without it. */
        STARTTLS,
        /** No TLS: the password is sent in clear text. */
        NONE
    }

    private static final String UNTAGGED = "* ";
    private static final String CONTINUATION = "+";
    private static final Pattern ID_VALUE = Pattern.compile("[\\w.:@+/=-]{1,200}");

    private final ImapConnection connection;
    private final Set<String> capabilities = new TreeSet<>();
    private int commands;

    ImapDialogue(ImapConnection connection) {
        this.connection = connection;
    }

    /**
     * Connects, starts TLS and reads the capabilities.
     *
     * @throws ImapException if no log-in is possible
     */
    void open(Tls tls, SSLContext context) throws IOException {
        connection.connect();
        if (tls == Tls.IMAPS) {
            connection.startTls(context);
        }
        greet();
        if (tls == Tls.STARTTLS) {
            startTls(context);
        }
        command("CAPABILITY", line -> {
            if (line.toUpperCase(Locale.ROOT).startsWith("CAPABILITY ")) {
                capabilities.addAll(Arrays.asList(line.toUpperCase(Locale.ROOT).split(" ")));
            }
        });
        if (!offersPlain() && (capabilities.contains("LOGINDISABLED") || capabilities.isEmpty())) {
            throw new ImapException("it accepts no password here: it offers neither AUTH=PLAIN nor LOGIN"
                + (tls == Tls.NONE ? "; it may do so under TLS, see <tls>" : ""));
        }
    }

    private void greet() throws IOException {
        String greeting = connection.readLine().toUpperCase(Locale.ROOT);
        if (greeting.startsWith("* PREAUTH")) {
            // The connection is already authenticated, so the reply to a log-in proves nothing.
            throw new ImapException("it greets with PREAUTH, so it would accept every user");
        }
        if (!greeting.startsWith("* OK")) {
            throw new ImapException(greeting.startsWith("* BYE") ? "it greets with BYE" : "its greeting is not IMAP");
        }
    }

    private void startTls(SSLContext context) throws IOException {
        ImapReply reply = command("STARTTLS");
        if (reply.status() != ImapReply.Status.OK) {
            throw new ImapException("it does not accept STARTTLS here");
        }
        if (connection.hasMore()) {
            // Clear text injected by an attacker would be read as if it came under TLS (RFC 9051 §6.2.1).
            throw new ImapException("it sends clear text after its OK to STARTTLS");
        }
        connection.startTls(context);
    }

    /**
     * Sends the client's address, if the server announces ID (RFC 2971). Dovecot then counts failures for that address, if
     * James is in its {@code login_trusted_networks}. The reply is ignored.
     */
    void identify(Origin origin) throws IOException {
        List<String> fields = new ArrayList<>();
        // Without the interface of a link-local address: the server may be on another machine.
        origin.remoteAddress().map(address -> address.replaceFirst("%.*", ""))
            .ifPresent(address -> add(fields, "x-originating-ip", address));
        origin.sessionId().ifPresent(id -> add(fields, "x-session-id", id));
        if (capabilities.contains("ID") && !fields.isEmpty()) {
            command("ID (" + String.join(" ", fields) + ")");
        }
    }

    /** Adds a quoted string; a value that cannot be quoted is omitted. */
    private static void add(List<String> fields, String name, String value) {
        if (ID_VALUE.matcher(value).matches()) {
            fields.add("\"" + name + "\" \"" + value + "\"");
        }
    }

    private boolean offersPlain() {
        return capabilities.contains("AUTH=PLAIN");
    }

    /**
     * Logs a user in with AUTHENTICATE PLAIN (RFC 4616) if offered, otherwise with LOGIN. Call once.
     *
     * @param user without NUL, CR and LF; the same holds for the password
     */
    ImapReply logIn(String user, Secret password) throws IOException {
        return offersPlain() ? authenticate(user, password) : login(user, password);
    }

    private ImapReply authenticate(String user, Secret password) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.write(0);
        message.writeBytes(user.getBytes(UTF_8));
        message.write(0);
        message.writeBytes(password.bytes());
        byte[] response = Base64.getEncoder().encode(message.toByteArray());
        if (capabilities.contains("SASL-IR")) {
            return command("AUTHENTICATE PLAIN " + new String(response, US_ASCII));
        }
        ImapReply reply = command("AUTHENTICATE PLAIN");
        return reply.status() == ImapReply.Status.CONTINUE ? continueWith(response) : reply;
    }

    /** Sends both as literals, which have a length and need no quoting. */
    private ImapReply login(String user, Secret password) throws IOException {
        byte[] name = user.getBytes(UTF_8);
        byte[] secret = password.bytes();
        ImapReply reply = command("LOGIN {" + name.length + "}");
        if (reply.status() != ImapReply.Status.CONTINUE) {
            return reply;
        }
        ByteArrayOutputStream nameAndLength = new ByteArrayOutputStream();
        nameAndLength.writeBytes(name);
        nameAndLength.writeBytes((" {" + secret.length + "}").getBytes(US_ASCII));
        reply = continueWith(nameAndLength.toByteArray());
        return reply.status() == ImapReply.Status.CONTINUE ? continueWith(secret) : reply;
    }

    /** Sends LOGOUT and closes the connection without waiting for the reply. */
    void logOut() {
        try {
            commands++;
            connection.writeLine((tag() + "LOGOUT").getBytes(US_ASCII));
            connection.close();
        } catch (IOException ignored) {
            // The server has closed the connection first.
        }
    }

    private ImapReply command(String command) throws IOException {
        return command(command, line -> { });
    }

    private ImapReply command(String command, Consumer<String> untagged) throws IOException {
        commands++;
        connection.writeLine((tag() + command).getBytes(US_ASCII));
        return reply(untagged);
    }

    /** Sends the continuation that the server waits for. */
    private ImapReply continueWith(byte[] line) throws IOException {
        connection.writeLine(line);
        return reply(untagged -> { });
    }

    private ImapReply reply(Consumer<String> untagged) throws IOException {
        while (true) {
            String line = connection.readLine();
            if (line.startsWith(tag())) {
                return ImapReply.parse(line.substring(tag().length()));
            }
            if (line.startsWith(CONTINUATION)) {
                return ImapReply.continuation();
            }
            if (!line.startsWith(UNTAGGED)) {
                throw new ImapException("its reply is not IMAP");
            }
            if (line.toUpperCase(Locale.ROOT).startsWith("* BYE")) {
                throw new ImapException("it sends BYE");
            }
            untagged.accept(line.substring(UNTAGGED.length()));
        }
    }

    private String tag() {
        return "a" + commands + " ";
    }
}
