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
 * What is said to an IMAP server (RFC 9051, and RFC 3501 before it) to log a user in, and no more. Not by a library: commons-net
 * pastes names and passwords into its LOGIN as they are, reads lines of any length and waits for each anew; the others bring
 * {@code javax.mail} or a server along.
 *
 * <p>Runs on the thread of its {@link ImapConnection}.
 */
final class ImapDialogue {
    /** How TLS comes about. */
    enum Tls {
        /** From the first octet (RFC 8314). */
        IMAPS,
        /** By command; without it nothing is asked. */
        STARTTLS,
        /** Not at all: the password crosses the network as it is. */
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
     * Says everything that comes before a log-in.
     *
     * @throws ImapException if there is no log-in to be made
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
            throw new ImapException("it takes no password here: it offers neither AUTH=PLAIN nor LOGIN"
                + (tls == Tls.NONE ? "; it may do so under TLS, see <tls>" : ""));
        }
    }

    private void greet() throws IOException {
        String greeting = connection.readLine().toUpperCase(Locale.ROOT);
        if (greeting.startsWith("* PREAUTH")) {
            // Nobody who connects has to show who they are: whatever it says then proves nothing.
            throw new ImapException("it greets with PREAUTH, and would let everybody in");
        }
        if (!greeting.startsWith("* OK")) {
            throw new ImapException(greeting.startsWith("* BYE") ? "it greets with BYE" : "it greets with what is no IMAP");
        }
    }

    private void startTls(SSLContext context) throws IOException {
        ImapReply reply = command("STARTTLS");
        if (reply.status() != ImapReply.Status.OK) {
            throw new ImapException("it takes no STARTTLS here");
        }
        if (connection.hasMore()) {
            // Somebody in between may have put it there, for it to be read as if it came under TLS (RFC 9051 §6.2.1).
            throw new ImapException("it goes on in clear text behind its OK to STARTTLS");
        }
        connection.startTls(context);
    }

    /**
     * Tells the server who the client is, where it announces ID (RFC 2971). Dovecot then counts refusals for that address, if James is
     * among its {@code login_trusted_networks}. What it answers makes no difference.
     */
    void identify(Origin origin) throws IOException {
        List<String> fields = new ArrayList<>();
        // Without the interface that a link-local address names: the server may be on another machine.
        origin.remoteAddress().map(address -> address.replaceFirst("%.*", ""))
            .ifPresent(address -> add(fields, "x-originating-ip", address));
        origin.sessionId().ifPresent(id -> add(fields, "x-session-id", id));
        if (capabilities.contains("ID") && !fields.isEmpty()) {
            command("ID (" + String.join(" ", fields) + ")");
        }
    }

    /** As quoted strings; a value that cannot be one is left out. */
    private static void add(List<String> fields, String name, String value) {
        if (ID_VALUE.matcher(value).matches()) {
            fields.add("\"" + name + "\" \"" + value + "\"");
        }
    }

    private boolean offersPlain() {
        return capabilities.contains("AUTH=PLAIN");
    }

    /**
     * Logs a user in, by AUTHENTICATE PLAIN (RFC 4616) where that is offered, else by LOGIN. To be called once.
     *
     * @param user without NUL, CR and LF, as is the password
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
        return reply.status() == ImapReply.Status.GO_ON ? rest(response) : reply;
    }

    /** Both as literals, which are counted: there is no character in them that could end them or would have to be quoted. */
    private ImapReply login(String user, Secret password) throws IOException {
        byte[] name = user.getBytes(UTF_8);
        byte[] secret = password.bytes();
        ImapReply reply = command("LOGIN {" + name.length + "}");
        if (reply.status() != ImapReply.Status.GO_ON) {
            return reply;
        }
        ByteArrayOutputStream nameAndLength = new ByteArrayOutputStream();
        nameAndLength.writeBytes(name);
        nameAndLength.writeBytes((" {" + secret.length + "}").getBytes(US_ASCII));
        reply = rest(nameAndLength.toByteArray());
        return reply.status() == ImapReply.Status.GO_ON ? rest(secret) : reply;
    }

    /** Takes leave. What the server says to that is not waited for: everything has been said. */
    void logOut() {
        try {
            commands++;
            connection.writeLine((tag() + "LOGOUT").getBytes(US_ASCII));
            connection.close();
        } catch (IOException ignored) {
            // It has left before us.
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

    /** Sends what the server waits for. */
    private ImapReply rest(byte[] line) throws IOException {
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
                return ImapReply.goOn();
            }
            if (!line.startsWith(UNTAGGED)) {
                throw new ImapException("it answers with what is no IMAP");
            }
            if (line.toUpperCase(Locale.ROOT).startsWith("* BYE")) {
                throw new ImapException("it says BYE");
            }
            untagged.accept(line.substring(UNTAGGED.length()));
        }
    }

    private String tag() {
        return "a" + commands + " ";
    }
}
