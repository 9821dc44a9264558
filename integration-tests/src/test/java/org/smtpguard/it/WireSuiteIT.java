package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.base64;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Refusal;
import org.smtpguard.it.wire.WireScript;

/**
 * The dialogues of {@code wire/*.txt}, each with the RFC that it is about, over every transport and in every style; and the
 * same dialogues on a port that only observes, where they must read as on a stock James.
 *
 * <p>A dialogue begins with {@code == title (RFC section) [from=connected on=plain,tls]}. Its lines are those of
 * {@link WireScript#play}, and {@code R:} (octets, with {@code \r \n \xHH}), {@code M:} (a message with that header),
 * {@code L:} (a verb and so many octets), {@code S!} (what must not be in the reply); a number in front says how often,
 * with the replies below it.
 */
class WireSuiteIT {
    private static final List<String> FILES = List.of("order", "tls-and-auth", "pipelining", "line-ends-and-limits");
    private static final int LEAST_DIALOGUES = 150;
    private static final Pattern TITLE = Pattern.compile(
        "== (.+ \\((?:RFC \\d+|draft-)[^)]*\\))(?: \\[(?:from=(\\w+))? ?(?:on=([\\w,]+))?])?");
    private static final Pattern REPEATED = Pattern.compile("(\\d+)([CR]): (.*)");
    private static final Pattern HEXADECIMAL = Pattern.compile("\\\\x([0-9a-f]{2})");
    private static final String OBSERVING = "<handlerchain>"
        + "<handler class=\"org.smtpguard.james.SequenceGuard\"><mode>observe</mode></handler>"
        + "<handler class=\"org.apache.james.smtpserver.fastfail.ValidRcptHandler\"/>"
        + "<handler class=\"org.apache.james.smtpserver.CoreCmdHandlerLoader\"/>"
        + "</handlerchain>";

    private static JamesServer full;
    private static JamesServer other;
    private static JamesServer stock;

    @BeforeAll
    static void start() {
        full = QuickServer.shared();
        stock = JamesServer.sharedStock();
        other = JamesServer.shared("brief and observing", () -> QuickServer.configured()
            .editPort(Endpoint.SMTP, port -> port.replace("style=\"full\"", "style=\"brief\""))
            .withChain(Endpoint.SMTPS, OBSERVING));
    }

    @TestFactory
    Stream<DynamicTest> inFullStyle() {
        return dialogues().stream().flatMap(dialogue -> dialogue.transports.stream().map(transport ->
            DynamicTest.dynamicTest(dialogue.title + " over " + transport, () -> dialogue.play(full, transport))));
    }

    @TestFactory
    Stream<DynamicTest> inBriefStyle() {
        return dialogues().stream().flatMap(dialogue -> dialogue.transports.stream()
            .filter(transport -> transport.equals("plain") || transport.equals("auth"))
            .map(transport -> DynamicTest.dynamicTest(dialogue.title + " in brief over " + transport,
                () -> dialogue.play(other, transport))));
    }

    /** What is lawful and what is not: where the guard only watches, a client gets what it would get without a guard. */
    @TestFactory
    Stream<DynamicTest> aPortThatObservesReadsAsStockJames() {
        return dialogues().stream()
            .filter(dialogue -> dialogue.transports.contains("tls") && dialogue.isInStep())
            .map(dialogue -> DynamicTest.dynamicTest(dialogue.title + ", observed", () ->
                assertThat(dialogue.transcript(other)).isEqualTo(dialogue.transcript(stock))));
    }

    @Test
    void whatWasObservedIsInTheLog() {
        try (WireScript wire = tlsWire(other.smtps())) {
            wire.expect("220").send("EHLO client.example").expect("250").send("RCPT TO:<bob@localhost>").expect("503 5.5.0")
                .send("QUIT").expect("221").expectClosed();
        }
        assertThat(other.log()).contains("observed SEQ-MAIL-MISSING would refuse RCPT");
    }

    @Test
    void theSuiteIsAsLargeAsItIsSaidToBe() {
        List<Dialogue> all = dialogues();
        int played = all.stream().mapToInt(dialogue -> dialogue.transports.size()).sum();
        System.out.println("wire suite: " + all.size() + " scripts, " + played + " dialogues in full style");
        assertThat(played).isGreaterThanOrEqualTo(LEAST_DIALOGUES);
    }

    private static List<Dialogue> dialogues() {
        List<Dialogue> all = new ArrayList<>();
        for (String file : FILES) {
            Dialogue current = null;
            for (String line : text("/wire/" + file + ".txt").split("\n")) {
                if (line.startsWith("== ")) {
                    current = Dialogue.of(line);
                    all.add(current);
                } else if (!line.isBlank()) {
                    Objects.requireNonNull(current, file).lines.add(line);
                }
            }
        }
        return all;
    }

    private static String text(String resource) {
        try (InputStream stream = WireSuiteIT.class.getResourceAsStream(resource)) {
            return new String(Objects.requireNonNull(stream, resource).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One script. */
    private static final class Dialogue {
        private final String title;
        private final boolean greeted;
        private final List<String> transports;
        private final List<String> lines = new ArrayList<>();

        private Dialogue(String title, boolean greeted, List<String> transports) {
            this.title = title;
            this.greeted = greeted;
            this.transports = transports;
        }

        private static Dialogue of(String header) {
            Matcher title = TITLE.matcher(header);
            assertThat(title.matches()).as("a title with its RFC: %s", header).isTrue();
            String transports = title.group(3) == null ? "plain,starttls,tls,auth" : title.group(3);
            return new Dialogue(title.group(1), !"connected".equals(title.group(2)), Arrays.asList(transports.split(",")));
        }

        private void play(JamesServer server, String transport) {
            try (WireScript wire = connect(server, transport)) {
                if (greeted) {
                    wire.send("EHLO client.example").expect("250");
                }
                if (transport.equals("auth")) {
                    wire.send(fillIn("AUTH PLAIN {PLAIN}")).expect("235 2.7.0");
                }
                for (int i = 0; i < lines.size(); i++) {
                    Matcher repeated = REPEATED.matcher(lines.get(i));
                    if (!repeated.matches()) {
                        step(wire, lines.get(i));
                        continue;
                    }
                    int end = i + 1;
                    while (end < lines.size() && lines.get(end).startsWith("S")) {
                        end++;
                    }
                    for (int times = Integer.parseInt(repeated.group(1)); times > 0; times--) {
                        step(wire, repeated.group(2) + ": " + repeated.group(3));
                        lines.subList(i + 1, end).forEach(expectation -> step(wire, expectation));
                    }
                    i = end - 1;
                }
            }
        }

        private static WireScript connect(JamesServer server, String transport) {
            switch (transport) {
                case "tls":
                    return tlsWire(server.smtps()).expect("220");
                case "submission":
                    return wire(server.submission()).expect("220");
                case "starttls":
                    return wire(server.submission()).expect("220").send("EHLO client.example").expect("250").startTls();
                default:
                    return wire(server.smtp()).expect("220");
            }
        }

        private static void step(WireScript wire, String line) {
            String text = line.length() > 3 ? fillIn(line.substring(3)) : "";
            if (line.startsWith("R: ")) {
                wire.sendRaw(unescape(text));
            } else if (line.startsWith("M: ")) {
                wire.message(text, "", "body");
            } else if (line.startsWith("L: ")) {
                String[] words = text.split(" ");
                wire.send(words[0] + " " + "x".repeat(Integer.parseInt(words[1])));
            } else if (line.startsWith("S! ")) {
                wire.expectNotInReply(text);
            } else if (line.startsWith("S: ")) {
                wire.expect(text).expectReply(Refusal::keepsToTheProtocol);
            } else if (line.startsWith("C:")) {
                // Blanks at its end are part of a line.
                wire.send(text);
            } else if (line.startsWith("S~ ") && text.startsWith("Next: ") && wire.reply().lines().size() == 1) {
                wire.expectInReply("(?i)" + text);
            } else {
                wire.play(line);
            }
        }

        /** Whether one line has one reply, so that two servers can be compared that need not say the same. */
        private boolean isInStep() {
            return lines.stream().allMatch(line -> line.equals("END") || line.matches("(C:|M: |S).*"))
                && lines.stream().noneMatch(line -> line.startsWith("C: STARTTLS") || line.contains("C: QUIT now"));
        }

        /** What both said, line by line; a message is only sent where it was asked for. */
        private String transcript(JamesServer server) {
            StringBuilder transcript = new StringBuilder();
            try (WireScript wire = tlsWire(server.smtps())) {
                wire.read();
                if (greeted) {
                    transcript.append(wire.send("EHLO client.example").read().text()).append('\n');
                }
                for (String line : lines) {
                    String text = line.length() > 3 ? line.substring(3) : "";
                    if (line.startsWith("C:")) {
                        transcript.append(wire.send(text.replace("{PLAIN}", plain("alice@localhost", "james-password-of-alice"))
                            .replaceAll("\\{\\w+}", "AAAA")).read().text()).append('\n');
                    } else if (line.startsWith("M: ") && wire.reply().code() == 354) {
                        transcript.append(wire.message(text, "", "body").read().text()).append('\n');
                    }
                }
            }
            return transcript.toString();
        }

        private static String fillIn(String text) {
            return text.replace("{PLAIN}", plain("alice@localhost", "secret"))
                .replace("{WRONG}", plain("alice@localhost", "guess"))
                .replace("{FOREIGN}", base64("bob@localhost\0alice@localhost\0secret"))
                .replace("{USER64}", base64("alice@localhost"))
                .replace("{PASSWORD64}", base64("secret"));
        }

        private static String unescape(String text) {
            return HEXADECIMAL.matcher(text.replace("\\r", "\r").replace("\\n", "\n"))
                .replaceAll(octet -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(octet.group(1), 16))));
        }
    }
}
