package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.base64;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Mailbox;
import org.smtpguard.it.wire.Reply;
import org.smtpguard.it.wire.WireScript;

/**
 * A client that knows nothing of SMTP and does what refusals tell it. It has one wish, DATA, and utters it whenever it has
 * been told nothing else; the refusal of DATA then tells the next step. From every state, and after every mistake, it must
 * end with a delivered message.
 */
class FollowTheRefusalIT {
    private static final int CLIENTS = 6;
    /** Commands that a client is told to send: RSET, STARTTLS, EHLO, AUTH, MAIL, RCPT and DATA at the most. */
    private static final int LONGEST_WAY = 8;
    /** With each DATA that only asked the way; so many that a client that goes round in circles is found out. */
    private static final int PATIENCE = 30;
    private static final int LONGER_THAN_A_LINE = 9000;

    private static final String WISH = "DATA";
    private static final String CREDENTIALS = plain("alice@localhost", "secret");
    private static final String WRONG_CREDENTIALS = plain("alice@localhost", "guess");
    private static final Pattern NEXT = Pattern.compile("^\\d{3}[ -]\\d\\.\\d+\\.\\d+ Next: (.+)$", Pattern.MULTILINE);

    private static final String TLS = "(TLS)";
    private static final String MESSAGE = "(message)";

    /** What is wrong somewhere, and in places right. */
    private static final List<String> MISTAKES = List.of(
        "FROB\r\n", "\r\n", "EHLO\r\n", "HELO\r\n", "EHLO client.example\r\n", "HELO client.example\r\n",
        "MAIL\r\n", "MAIL FROM:bob@localhost\r\n", "MAIL FROM:<bob@localhost>\r\n", "MAIL FROM:<bob@localhost>\n",
        "RCPT\r\n", "RCPT TO:carol@localhost\r\n", "RCPT TO:<carol@localhost>\r\n", "RCPT TO:<nobody-here@localhost>\r\n",
        "RCPT TO:<erin@elsewhere.example>\r\n", "RCPT TO:<carol@localhost> FROB=1\r\n", "RCPT TO:<carol@localhost>\n",
        "DATA\r\n", "DATA now\r\n", "DATA\n", "RSET\r\n", "RSET now\r\n", "QUIT now\r\n", "NOOP\n", "VRFY dave\r\n", "EXPN all\r\n",
        "HELP\r\n", "STARTTLS\r\n", "STARTTLS now\r\n", "STARTTLS\n", "AUTH\r\n", "AUTH NOSUCH\r\n", "AUTH PLAIN\r\n", "AUTH LOGIN\r\n",
        "AUTH PLAIN !!!!\r\n", "AUTH PLAIN =\r\n", "AUTH PLAIN " + WRONG_CREDENTIALS + "\r\n", "AUTH PLAIN " + CREDENTIALS + "\r\n",
        "AUTH PLAIN " + base64("bob@localhost\0alice@localhost\0secret") + "\r\n", "AUTH PLAIN " + CREDENTIALS + "\n",
        "\u0000\u0001MAIL FROM:<bob@localhost>\r\n", "\u00c9HLO client.example\r\n", "NOOP " + "x".repeat(LONGER_THAN_A_LINE) + "\r\n",
        "Subject: a message where a command was due\r\n");

    /** How far a session may have come once it is greeted. */
    private static final List<List<String>> TRANSACTIONS = List.of(
        List.of("MAIL FROM:<>"),
        List.of("MAIL FROM:<alice@localhost>", "RSET"),
        List.of(),
        List.of("MAIL FROM:<alice@localhost>"),
        List.of("MAIL FROM:<alice@localhost>", "RCPT TO:<dave@localhost>"),
        List.of("MAIL FROM:<alice@localhost>", "RCPT TO:<dave@localhost>", "RCPT TO:<carol@localhost>"),
        List.of("MAIL FROM:<alice@localhost>", "RCPT TO:<nobody-here@localhost>"),
        List.of("MAIL FROM:<alice@localhost>", "RCPT TO:<nobody-here@localhost>", "RCPT TO:<dave@localhost>"),
        List.of("MAIL FROM:<alice@localhost>", "RCPT TO:<erin@elsewhere.example>"),
        List.of("MAIL FROM:<alice@localhost>", "RCPT TO:<dave@localhost>", "DATA", MESSAGE));

    private static final List<List<String>> IN_CLEAR = List.of(
        List.of("EHLO client.example"),
        List.of("HELO client.example"),
        List.of("EHLO client.example", "AUTH PLAIN " + WRONG_CREDENTIALS),
        List.of("EHLO client.example", "AUTH PLAIN " + CREDENTIALS));
    private static final List<List<String>> WITH_STARTTLS = List.of(
        List.of("EHLO client.example"),
        List.of("HELO client.example"),
        List.of("EHLO client.example", "AUTH PLAIN " + CREDENTIALS),
        List.of("EHLO client.example", "STARTTLS", TLS, "EHLO client.example"),
        List.of("EHLO client.example", "STARTTLS", TLS, "EHLO client.example", "AUTH PLAIN " + CREDENTIALS));

    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = QuickServer.shared();
    }

    @Test
    void whoFollowsTheRefusalsAlwaysEndsWithADeliveredMessage() throws Exception {
        List<Journey> journeys = new ArrayList<>();
        states(IN_CLEAR, TRANSACTIONS, List.of(), List.of("RSET")).forEach(state -> journeys.addAll(journeys(Endpoint.SMTP, state)));
        // Under TLS, whose handshakes take their time, without the transactions that are like others of them.
        List<List<String>> transactions = TRANSACTIONS.subList(2, TRANSACTIONS.size());
        states(WITH_STARTTLS, transactions, List.of(), List.of("EHLO client.example", "STARTTLS", TLS))
            .forEach(state -> journeys.addAll(journeys(Endpoint.SUBMISSION, state)));
        states(List.of(IN_CLEAR.get(0), IN_CLEAR.get(IN_CLEAR.size() - 1)), transactions, List.of())
            .forEach(state -> journeys.addAll(journeys(Endpoint.SMTPS, state)));

        List<String> lost = Collections.synchronizedList(new ArrayList<>());
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        List<Future<?>> ways = journeys.stream().map(journey -> clients.submit(() -> journey.go(lost))).collect(Collectors.toList());
        for (Future<?> way : ways) {
            way.get();
        }
        clients.shutdown();

        int pairs = journeys.size();
        int delivered = pairs - lost.size();
        int longest = journeys.stream().mapToInt(journey -> journey.told).max().orElse(0);
        int most = journeys.stream().mapToInt(journey -> journey.sent).max().orElse(0);
        System.out.println(String.format(Locale.ROOT,
            "follow-the-503: %d pairs, %d delivered (%d %%), longest path %d (with the DATAs that ask the way: %d)", pairs, delivered,
            100 * delivered / pairs, longest, most));
        assertThat(lost).as("%d of %d, the first", lost.size(), pairs).isEmpty();
        assertThat(longest).isLessThanOrEqualTo(LONGEST_WAY);
        long arrivals = journeys.stream().filter(journey -> journey.expected).count();
        assertThat(Mailbox.of("dave", server.imap()).awaitMessagesWith("X-Journey: ", (int) arrivals)).isEqualTo(arrivals);
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // The array is only read.
    private static List<List<String>> states(List<List<String>> greetings, List<List<String>> transactions, List<String>... others) {
        Stream<List<String>> greeted = greetings.stream().flatMap(greeting -> transactions.stream().map(transaction ->
            Stream.concat(greeting.stream(), transaction.stream()).collect(Collectors.toList())));
        return Stream.concat(Stream.of(others), greeted).collect(Collectors.toList());
    }

    private static List<Journey> journeys(Endpoint endpoint, List<String> state) {
        return MISTAKES.stream().map(mistake -> new Journey(endpoint, state, mistake)).collect(Collectors.toList());
    }

    /** A session that has come to some state, the mistake that is made there, and what the client makes of it. */
    private static final class Journey {
        private final Endpoint endpoint;
        private final List<String> state;
        private final String mistake;
        private final Map<String, String> blanks = new LinkedHashMap<>();
        /** Commands that the server has told the client to send. */
        private int told;
        /** All that it has sent after the mistake. */
        private int sent;
        private boolean expected;

        private Journey(Endpoint endpoint, List<String> state, String mistake) {
            this.endpoint = endpoint;
            this.state = state;
            this.mistake = mistake;
            blanks.put("<address>", "<dave@localhost>");
            blanks.put("<your-domain>", "client.example");
            blanks.put("<base64>", CREDENTIALS);
        }

        private void go(List<String> lost) {
            try (WireScript wire = endpoint == Endpoint.SMTPS ? tlsWire(server.smtps())
                : wire(endpoint == Endpoint.SMTP ? server.smtp() : server.submission())) {
                wire.expect("220");
                for (String step : state) {
                    take(wire, step);
                }
                if (!follow(wire, wire.sendRaw(mistake).read())) {
                    lost.add(this + ":\n" + wire.dialogue());
                }
            } catch (AssertionError | RuntimeException e) {
                lost.add(this + ": " + e.getMessage());
            }
        }

        private static void take(WireScript wire, String step) {
            if (step.equals(TLS)) {
                wire.handshake();
            } else if (step.equals(MESSAGE)) {
                wire.message("Subject: on the way to a state", "", "body").expect("250");
            } else {
                wire.send(step).read();
            }
        }

        private boolean follow(WireScript wire, Reply first) {
            Reply reply = first;
            boolean starting = mistake.startsWith("STARTTLS");
            while (sent <= PATIENCE) {
                if (reply.code() == 354) {
                    expected = !isForOthersOnly(wire.dialogue());
                    wire.message("Subject: it arrived", "X-Journey: yes", "", "body");
                    return wire.read().code() == 250;
                }
                if (reply.code() == 220 && starting) {
                    wire.handshake();
                }
                Optional<String> proposal = reply.code() >= 400 ? proposal(reply) : Optional.empty();
                String command = proposal.orElse(WISH);
                told += proposal.isPresent() ? 1 : 0;
                sent++;
                starting = command.equals("STARTTLS");
                reply = wire.send(command).read();
            }
            return false;
        }

        /** Somebody who has authenticated may send to others alone: that is delivered too, but not to where we look. */
        private static boolean isForOthersOnly(String dialogue) {
            return !dialogue.substring(dialogue.lastIndexOf(" Sender <")).contains("Recipient <dave@localhost>");
        }

        /** The first alternative of the line "Next:", filled in. */
        private Optional<String> proposal(Reply reply) {
            Matcher next = NEXT.matcher(reply.text());
            return next.find() ? Optional.of(fillIn(next.group(1).split(" \\| ")[0])) : Optional.empty();
        }

        private String fillIn(String form) {
            String command = form;
            for (Map.Entry<String, String> blank : blanks.entrySet()) {
                command = command.replace(blank.getKey(), blank.getValue());
            }
            return command;
        }

        @Override
        public String toString() {
            return endpoint + " after " + state + ", then " + mistake.substring(0, Math.min(mistake.length(), 60)).trim();
        }
    }
}
