package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.BackendChain;
import org.smtpguard.it.RandomSeed;
import org.smtpguard.james.EmbeddedPort.Auth;
import org.smtpguard.james.EmbeddedPort.Tls;
import org.smtpguard.james.Line.Meaning;
import org.smtpguard.sequence.SessionState;

/**
 * Random clients, good and bad, against the whole adapter and James' own handlers, without sockets. Repeat a failure with
 * {@code -Dsmtpguard.seed=}, which the failure names; {@code -Dsmtpguard.commands=} says how many commands are sent in all.
 */
class RefusalChangesNothingTest {
    private static final long SEED = RandomSeed.ofTheBuild();
    private static final int COMMANDS = Integer.getInteger("smtpguard.commands", 50_000);
    private static final int SESSION_LENGTH = 120;
    private static final int GROUP_LENGTH = 6;
    private static final Pattern OWN_ID = Pattern.compile("\\[(SEQ|SYN|AUTH|LIMIT)-");

    /** What they say of failed log-ins and of backends that are down is no news here. */
    private static final Map<Logger, Optional<Level>> TALKATIVE = Stream.of(BackendChain.class, AuthCmdHandler.class)
        .map(type -> (Logger) LoggerFactory.getLogger(type))
        .collect(Collectors.toMap(Function.identity(), logger -> Optional.ofNullable(logger.getLevel())));

    @BeforeAll
    static void hush() {
        TALKATIVE.keySet().forEach(logger -> logger.setLevel(Level.OFF));
    }

    @AfterAll
    static void unhush() {
        TALKATIVE.forEach((logger, level) -> logger.setLevel(level.orElse(null)));
    }

    @Test
    void everyVerdictIsThatOfTheRfcsAndARefusalLeavesTheSessionAsItWas() {
        List<Setting> settings = List.of(
            new Setting("full, no TLS", Tls.NONE, false, Auth.OURS, "full"),
            new Setting("brief, no TLS, no AUTH", Tls.NONE, false, Auth.NOBODY, "brief"),
            new Setting("full, STARTTLS, AUTH always", Tls.STARTTLS, false, Auth.OURS, "full"),
            new Setting("brief, STARTTLS, AUTH under TLS", Tls.STARTTLS, true, Auth.OURS, "brief"),
            new Setting("full, TLS from the start", Tls.FROM_THE_START, true, Auth.OURS, "full"));
        long sent = 0;
        long refused = 0;
        long packets = 0;
        long sessions = 0;
        int share = COMMANDS * 9 / 10 / settings.size();
        for (Setting setting : settings) {
            Random seeds = new Random(SEED + sessions);
            for (long inSetting = 0; inSetting < share; sessions++) {
                Dialogue dialogue = new Dialogue(setting, seeds.nextLong());
                dialogue.run();
                inSetting += dialogue.sent;
                sent += dialogue.sent;
                refused += dialogue.refused;
                packets += dialogue.packets;
            }
        }
        System.out.println(String.format(Locale.ROOT,
            "a-refusal-changes-nothing: %d commands in %d packets and %d sessions, %d refused, seed %d",
            sent, packets, sessions, refused, SEED));
        assertThat(refused).isGreaterThan(sent / 5).isLessThan(sent * 4 / 5);
    }

    @Test
    void aRuleThatObservesChangesNoByte() {
        EmbeddedPort observing = EmbeddedPort.builder().auth(Auth.JAMES).mode("observe").build();
        EmbeddedPort stock = EmbeddedPort.builder().auth(Auth.JAMES).stock().build();
        Random seeds = new Random(SEED);
        long sent = 0;
        long sessions = 0;
        for (; sent < COMMANDS / 10; sessions++) {
            long seed = seeds.nextLong();
            RandomClient random = new RandomClient(new Random(seed));
            EmbeddedPort.Client observed = observing.connect();
            EmbeddedPort.Client unguarded = stock.connect();
            assertThat(observed.greeting()).isEqualTo(unguarded.greeting());
            boolean inContent = false;
            StringBuilder said = new StringBuilder();
            for (int length = random.upTo(SESSION_LENGTH); length > 0; length--) {
                StringBuilder packet = new StringBuilder();
                assertThat(unguarded.isOpen()).isEqualTo(observed.isOpen());
                if (!observed.isOpen()) {
                    break;
                }
                for (int lines = random.isWilling(25) ? random.upTo(GROUP_LENGTH) : 1; lines > 0; lines--) {
                    packet.append(random.unguarded(inContent).octets());
                    sent++;
                }
                said.append(packet);
                String reply = observed.send(packet.toString());
                if (!reply.equals(unguarded.send(packet.toString()).toString())) {
                    fail("seed %d: an observing guard changed a reply, to %s, after%n%s", seed, reply, said);
                }
                inContent = reply.isEmpty() || reply.startsWith("354") || reply.contains("\r\n354");
            }
            observed.close();
            unguarded.close();
        }
        System.out.println(String.format(Locale.ROOT,
            "observe-changes-no-byte: %d commands in %d sessions, seed %d", sent, sessions, SEED));
    }

    /** A kind of port, and a stock one beside it that is told only what the guard lets pass. */
    private static final class Setting {
        private final String name;
        private final Tls tls;
        private final boolean authUnderTlsOnly;
        private final Auth auth;
        private final boolean full;
        private final EmbeddedPort guarded;
        private final EmbeddedPort stock;

        private Setting(String name, Tls tls, boolean authUnderTlsOnly, Auth auth, String style) {
            this.name = name;
            this.tls = tls;
            this.authUnderTlsOnly = authUnderTlsOnly;
            this.auth = auth;
            this.full = style.equals("full");
            this.guarded = EmbeddedPort.builder().tls(tls).authUnderTlsOnly(authUnderTlsOnly).auth(auth).style(style).build();
            this.stock = EmbeddedPort.builder().tls(tls).authUnderTlsOnly(authUnderTlsOnly).auth(auth).stock().build();
        }

        private RfcModel model() {
            return new RfcModel(tls == Tls.STARTTLS, tls == Tls.FROM_THE_START, authUnderTlsOnly, auth == Auth.OURS);
        }
    }

    /** One session of one random client. */
    private static final class Dialogue {
        private final Setting setting;
        private final long seed;
        private final RandomClient random;
        private final RfcModel model;
        private final EmbeddedPort.Client client;
        private final EmbeddedPort.Client twin;
        private final StringBuilder said = new StringBuilder();
        /** What stock James is to be told once it has come to a good end: a log-in, a message. */
        private final StringBuilder withheld = new StringBuilder();
        /** Set once the stock session has not been told of something that counts. */
        private boolean strayed;
        private int sent;
        private int refused;
        private int packets;

        private Dialogue(Setting setting, long seed) {
            this.setting = setting;
            this.seed = seed;
            this.random = new RandomClient(new Random(seed));
            this.model = setting.model();
            this.client = setting.guarded.connect();
            this.twin = setting.stock.connect();
        }

        private void run() {
            try {
                check(client.greeting().equals(twin.greeting()), "a greeting as James gives it");
                int impatience = random.isWilling(50) ? 25 : 0;
                for (int length = random.upTo(SESSION_LENGTH); length > 0; length--) {
                    if (model.reading() == RfcModel.Reading.NOTHING) {
                        check(!client.isOpen(), "a connection that QUIT has closed");
                        return;
                    }
                    if (random.isWilling(impatience)) {
                        group();
                    } else {
                        line(random.next(model));
                    }
                }
                if (model.reading() == RfcModel.Reading.COMMANDS) {
                    line(Line.of(Meaning.QUIT, "QUIT"));
                }
            } catch (RuntimeException e) {
                throw new AssertionError(where(), e);
            } finally {
                client.close();
                twin.close();
            }
        }

        /** One line in a packet of its own, whose reply is waited for. */
        private void line(Line line) {
            SessionState before = client.state();
            RfcModel.Reading reading = model.reading();
            List<Expected> expected = new ArrayList<>(model.packet(List.of(line)));
            String replies = transmit(List.of(line));
            if (model.isAwaitingBackend()) {
                check(replies.isEmpty(), "no reply before the backend has judged");
                if (random.isWilling(30)) {
                    List<Line> impatient = List.of(Line.of(Meaning.NOOP, "NOOP"), Line.of(Meaning.RSET, "RSET"),
                        Line.of(Meaning.MAIL, "MAIL FROM:<a@localhost>"));
                    check(model.packet(impatient).isEmpty() && transmit(impatient).isEmpty(), "no reply to those who cannot wait");
                }
                expected.addAll(model.backendsAnswer());
                replies = client.awaitBackends();
            }
            List<Reply> answers = judge(expected, replies);
            if (expected.size() == 1 && expected.get(0).isRefusal()) {
                SessionState after = client.state();
                // Of a refusal two things may be remembered, which change none of what it was about: that the client needs
                // AUTH, for the next "Next:"; and why a recipient was refused, for the refusal of DATA.
                SessionState known = before.toBuilder().authenticationNeeded(after.isAuthenticationNeeded())
                    .refusedRecipients(after.refusedRecipients()).build();
                check(after.equals(known), () -> "the state of before, " + before + ", and not " + after);
            }
            compareWithStock(line, reading, expected, answers);
        }

        /** Several lines in one packet, as a client sends them that pipelines, or that does not care. */
        private void group() {
            List<Line> lines = new ArrayList<>();
            RfcModel ready = setting.model();
            RfcModel next = model;
            for (int length = random.upTo(GROUP_LENGTH); length > 0; length--) {
                Line line = random.next(next);
                lines.add(line);
                // What is sent blindly fits the state in front of the group, which is the best that a client can know.
                if (next.reading() == RfcModel.Reading.RESPONSE || line.meaning() == Meaning.DOT) {
                    next = ready;
                }
            }
            if (model.reading() == RfcModel.Reading.COMMANDS && random.isWilling(50)) {
                lines = legalGroup();
            }
            if (random.isWilling(4)) {
                lines.add(random.upTo(lines.size()), Line.of(Meaning.QUIT, "QUIT"));
            }
            boolean data = lines.stream().anyMatch(line -> line.meaning() == Meaning.DATA);
            if (data && random.isWilling(70)) {
                lines.add(Line.of(Meaning.CONTENT, "Subject: too early"));
                lines.add(Line.of(Meaning.DOT, "."));
            }
            pipeline(lines);
        }

        private List<Line> legalGroup() {
            List<Line> lines = new ArrayList<>();
            if (random.isWilling(50)) {
                lines.add(Line.of(Meaning.RSET, "RSET"));
            }
            lines.add(Line.of(Meaning.MAIL, "MAIL FROM:<alice@localhost>"));
            lines.add(Line.of(Meaning.RCPT_UNKNOWN, "RCPT TO:<nobody-at-all@localhost>"));
            if (random.isWilling(70)) {
                lines.add(Line.of(Meaning.RCPT_LOCAL, "RCPT TO:<bob@localhost>"));
            }
            lines.add(Line.of(Meaning.DATA, "DATA"));
            return lines;
        }

        private void pipeline(List<Line> lines) {
            List<Expected> expected = new ArrayList<>(model.packet(lines));
            String replies = transmit(lines);
            if (model.isAwaitingBackend()) {
                expected.addAll(model.backendsAnswer());
                replies += client.awaitBackends();
            }
            judge(expected, replies);
            strayed = true;
        }

        private String transmit(List<Line> lines) {
            String packet = lines.stream().map(Line::octets).collect(Collectors.joining());
            said.append("C: ").append(lines).append('\n');
            packets++;
            sent += (int) lines.stream().filter(line -> !line.isOfMessage()).count();
            String replies = client.send(packet);
            said.append("S: ").append(replies.replace("\r\n", "\n   ").trim()).append('\n');
            return replies;
        }

        private List<Reply> judge(List<Expected> expected, String octets) {
            List<Reply> replies = Reply.all(octets);
            check(replies.size() == expected.size(), () -> expected.size() + " replies, " + expected + ", and not " + replies.size());
            for (int i = 0; i < replies.size(); i++) {
                judge(expected.get(i), replies.get(i));
            }
            if (!model.isAwaitingBackend() && model.reading() != RfcModel.Reading.NOTHING) {
                String differences = model.differences(client.state());
                check(differences.isEmpty(), () -> "the state that the RFCs want: " + differences);
            }
            return replies;
        }

        private void judge(Expected expected, Reply reply) {
            check(reply.isWellFormed(), () -> "a well-formed reply, and not " + reply.text);
            check(reply.code == expected.code(), () -> expected + ", and not " + reply.text);
            if (expected.diagnosis().isPresent()) {
                String id = "[" + expected.diagnosis().get() + (setting.full ? "]" : " ");
                check(reply.text.contains(id), () -> "the diagnosis " + id + " in " + reply.text);
                check((reply.lines.size() == 1) != setting.full, () -> "the style of the port in " + reply.text);
            } else {
                check(!OWN_ID.matcher(reply.text).find(), () -> "no diagnosis in " + reply.text);
            }
            if (!expected.status().isEmpty()) {
                String status = expected.status() + " ";
                check(reply.lines.stream().allMatch(line -> line.startsWith(status, 4)), () -> status + "on each line of " + reply.text);
            }
            refused += expected.isRefusal() ? 1 : 0;
        }

        private void compareWithStock(Line line, RfcModel.Reading reading, List<Expected> expected, List<Reply> answers) {
            if (strayed) {
                return;
            }
            // Behind the reply to the line may stand those to lines that came too early.
            boolean ofJames = !expected.isEmpty() && expected.get(0).diagnosis().isEmpty();
            boolean begins = reading == RfcModel.Reading.COMMANDS && line.meaning() != Meaning.DATA
                && !line.meaning().name().startsWith("AUTH_");
            if (begins && ofJames && line.meaning() != Meaning.HELP) {
                String stock = twin.send(line.octets());
                check(stock.equals(answers.get(0).text), () -> "what stock James says to the legal commands alone: " + stock);
            } else if (!begins) {
                withheld.append(line.octets());
                if (model.reading() == RfcModel.Reading.COMMANDS) {
                    if (ofJames) {
                        seeThrough(answers.get(0));
                    }
                    withheld.setLength(0);
                }
            }
        }

        /** A log-in that succeeded or a message that was taken, from its first line to its last. */
        private void seeThrough(Reply reply) {
            // Where a message ends is what stock James and we do not agree about, so it is told of another.
            if (reply.code == 250) {
                withheld.setLength(0);
                withheld.append("DATA\r\nSubject: another\r\n.\r\n");
            }
            String stock = "";
            for (String each : withheld.toString().split("(?<=\n)")) {
                stock = twin.send(each) + twin.awaitBackends();
            }
            String told = stock;
            check(stock.equals(reply.text), () -> "what stock James says to it: " + told);
        }

        private void check(boolean holds, String expectation) {
            check(holds, () -> expectation);
        }

        private void check(boolean holds, Supplier<String> expectation) {
            if (!holds) {
                throw new AssertionError("expected " + expectation.get() + where());
            }
        }

        private String where() {
            return "\n" + setting.name + ", session with seed " + seed + ", all from seed " + SEED + ":\n" + said;
        }
    }

    /** A reply as a client reads it. */
    private static final class Reply {
        private static final int LINE_LIMIT = 512;

        private final String text;
        private final List<String> lines;
        private final int code;

        private Reply(String text) {
            this.text = text;
            this.lines = Arrays.asList(text.split("\r\n"));
            this.code = Integer.parseInt(text.substring(0, 3));
        }

        private static List<Reply> all(String octets) {
            List<Reply> replies = new ArrayList<>();
            int start = 0;
            int line = 0;
            for (int end = octets.indexOf("\r\n"); end >= 0; end = octets.indexOf("\r\n", line)) {
                boolean last = end - line < 4 || octets.charAt(line + 3) != '-';
                line = end + 2;
                if (last) {
                    replies.add(new Reply(octets.substring(start, line)));
                    start = line;
                }
            }
            return replies;
        }

        /** RFC 5321 4.2, 4.2.1, 4.5.3.1.5: one code throughout, a hyphen on all lines but the last, ASCII, 512 octets with CRLF. */
        private boolean isWellFormed() {
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i);
                char separator = i < lines.size() - 1 ? '-' : ' ';
                boolean printable = line.chars().allMatch(c -> c >= ' ' && c < 0x7f);
                if (!printable || line.length() > LINE_LIMIT - 2 || line.length() < 4 || line.charAt(3) != separator
                    || Integer.parseInt(line.substring(0, 3)) != code) {
                    return false;
                }
            }
            return text.getBytes(StandardCharsets.ISO_8859_1).length == text.length() && !text.replace("\r\n", "").contains("\n");
        }
    }
}
