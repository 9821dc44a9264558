package org.smtpguard.it.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/**
 * The inbox of one of the users that every server under test has, read over IMAP.
 *
 * <p>It is opened only while nothing is being delivered to it. James' event bus in memory does not bear that an inbox is
 * opened or closed while it tells of a new message: it fails ({@code ConcurrentModificationException} in
 * {@code InVMEventBus.registeredListenersByKeys}), and James' {@code LocalDelivery} takes that for a failed delivery and
 * delivers the message, which has been stored already, once more.
 */
public final class Mailbox {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    /** Many messages are put away long after the last was taken, on a machine that has other things to do. */
    private static final Duration MANY = PATIENCE.multipliedBy(8);
    /** A message shows some microseconds before James has told of it. */
    private static final Duration STILL = Duration.ofMillis(50);
    /** That long without a message, those of a large test have arrived. */
    private static final Duration LULL = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final String TAG = "a1";
    private static final Pattern LITERAL = Pattern.compile("\\{(\\d+)}$");
    private static final Pattern MESSAGES = Pattern.compile("\\* STATUS \\S+ \\(MESSAGES (\\d+)\\)");

    private final InetSocketAddress imap;
    private final String name;

    private Mailbox(InetSocketAddress imap, String name) {
        this.imap = imap;
        this.name = name;
    }

    /** @param name alice, bob, carol or dave */
    public static Mailbox of(String name, InetSocketAddress imap) {
        return new Mailbox(imap, name);
    }

    /** All messages as they are stored, headers and body, oldest first. */
    public List<String> messages() {
        return inInbox(connection -> {
            // By the numbers that they have in this session. EXISTS and the UIDs are read from the store, where a message
            // that is just being delivered shows before the session knows it; numbers are the session's own, and FETCH
            // refuses any message as long as the session knows none.
            int last = command(connection, "SEARCH ALL").stream()
                .filter(line -> line.startsWith("* SEARCH"))
                .flatMap(line -> Stream.of(line.substring("* SEARCH".length()).strip().split(" ")))
                .filter(number -> !number.isEmpty())
                .mapToInt(Integer::parseInt)
                .max().orElse(0);
            return last == 0 ? List.of() : command(connection, "FETCH 1:" + last + " (BODY.PEEK[])").stream()
                // Each message comes as a literal: what is left are the lines around them.
                .filter(part -> !part.startsWith("* ") && !part.startsWith(")"))
                .collect(Collectors.toList());
        });
    }

    /** How many messages there are; asked without opening the inbox. */
    public int count() {
        try (Connection connection = logIn()) {
            return command(connection, "STATUS INBOX (MESSAGES)").stream()
                .map(MESSAGES::matcher)
                .filter(Matcher::matches)
                .mapToInt(messages -> Integer.parseInt(messages.group(1)))
                .findFirst()
                .orElseThrow(() -> new IOException("the IMAP server does not tell how many messages there are"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for so many messages behind those that are known, and returns the subjects of all that are there then. */
    public List<String> awaitSubjects(int known, int expected) {
        Awaitility.await(expected + " new messages for " + name)
            .atMost(MANY)
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(100))
            .until(() -> count() >= known + expected);
        // It has been seen that James showed a session none of the messages that it had just counted.
        return Awaitility.await(expected + " subjects for " + name)
            .atMost(PATIENCE)
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(100))
            .until(() -> subjects(known), found -> found.size() >= expected);
    }

    private List<String> subjects(int known) {
        return inInbox(connection -> command(connection, "FETCH " + (known + 1) + ":* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])").stream()
            .filter(part -> part.startsWith("Subject: "))
            .map(part -> part.substring("Subject: ".length()).strip())
            .collect(Collectors.toList()));
    }

    private List<String> inInbox(Reading reading) {
        awaitStillness(STILL, PATIENCE);
        try (Connection connection = logIn()) {
            command(connection, "EXAMINE INBOX");
            List<String> found = reading.from(connection);
            command(connection, "CLOSE");
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until no message has come for a moment. */
    private void awaitStillness(Duration moment, Duration patience) {
        int[] before = {-1};
        Awaitility.await("a moment without a new message for " + name)
            .atMost(patience)
            .pollDelay(Duration.ZERO)
            .pollInterval(moment)
            .until(() -> {
                int now = count();
                boolean still = now == before[0];
                before[0] = now;
                return still;
            });
    }

    private Connection logIn() throws IOException {
        Connection connection = Connection.open(imap, PATIENCE);
        connection.readLine();
        command(connection, "LOGIN " + name + "@localhost james-password-of-" + name);
        return connection;
    }

    /** The messages that carry this text, header or body. */
    public List<String> messagesWith(String text) {
        return messages().stream().filter(message -> message.contains(text)).collect(Collectors.toList());
    }

    /** Waits for a message with this text, since James delivers after it has answered; returns it. */
    public String awaitMessageWith(String text) {
        return Awaitility.await("a message with '" + text + "' for " + name)
            .atMost(PATIENCE)
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(100))
            .until(() -> messagesWith(text), found -> !found.isEmpty())
            .get(0);
    }

    /**
     * Waits until there are so many messages with this text, as long as messages arrive: how long James takes to deliver thousands
     * depends on its version and on the machine. Returns how many there are.
     */
    public int awaitMessagesWith(String text, int count) {
        int known = 0;
        int with = 0;
        while (with < count) {
            awaitMoreThan(known);
            awaitStillness(LULL, LONGEST);
            // All at one time: while James delivers several at once, a message may get a number below one that was read.
            List<String> messages = messages();
            known = messages.size();
            with = (int) messages.stream().filter(message -> message.contains(text)).count();
        }
        return with;
    }

    private void awaitMoreThan(int known) {
        Awaitility.await("more than " + known + " messages for " + name)
            .atMost(MANY)
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(500))
            .until(() -> count() > known);
    }

    /** Sends a command, waits for its OK and returns what came on the way: lines and, whole, each literal. */
    private static List<String> command(Connection connection, String command) throws IOException {
        connection.write((TAG + " " + command + "\r\n").getBytes(StandardCharsets.US_ASCII));
        List<String> parts = new ArrayList<>();
        while (true) {
            String line = connection.readLine().orElseThrow(() -> new IOException("the IMAP server hung up"));
            Matcher literal = LITERAL.matcher(line);
            if (literal.find()) {
                parts.add(line);
                parts.add(new String(connection.readExactly(Integer.parseInt(literal.group(1))), StandardCharsets.ISO_8859_1));
            } else if (line.startsWith(TAG + " ")) {
                if (!line.startsWith(TAG + " OK")) {
                    throw new IOException("IMAP refused " + command + ": " + line);
                }
                return parts;
            } else {
                parts.add(line);
            }
        }
    }

    private interface Reading {
        List<String> from(Connection connection) throws IOException;
    }
}
