package org.smtpguard.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;
import org.smtpguard.transcript.TranscriptLine.Speaker;
import org.smtpguard.transcript.TranscriptSettings.Names;

/** What is found by a reference, for how long, and within how many octets. */
class TranscriptsTest {
    private static final int MIB = 1 << 20;
    private static final int SESSIONS = Integer.getInteger("smtpguard.transcript.sessions", 100_000);
    private static final CommandLine NOOP = CommandLine.of(Verb.NOOP, Optional.empty());
    private static final CommandLine DATA = CommandLine.of(Verb.DATA, Optional.empty());
    private static final Refusal REFUSAL = new Refusal(DiagnosisId.SEQ_RCPT_MISSING,
        "EHLO done, sender <alice@example.org>, 0 recipients accepted", List.of("RCPT TO:<address>", "RSET", "QUIT"));

    private final TestClock clock = new TestClock();
    private final Transcripts transcripts = new Transcripts(clock);

    @Test
    void aSessionThatGoesOnIsFoundAsItStands() {
        Recording recording = transcripts.begin("7f3a9c21", "192.0.2.1", 587);
        recording.command(NOOP, 6);
        clock.advance(Duration.ofMillis(1500));
        recording.reply("250", List.of("250 2.0.0 OK"));

        Transcript transcript = found("7f3a9c21");
        assertThat(transcript.reference()).isEqualTo("7f3a9c21");
        assertThat(transcript.client()).isEqualTo("192.0.2.1");
        assertThat(transcript.begin()).isEqualTo(TestClock.START);
        assertThat(transcript.end()).isEmpty();
        assertThat(transcript.omitted()).isZero();
        assertThat(transcript.lines())
            .extracting(TranscriptLine::speaker, TranscriptLine::text, TranscriptLine::octets, TranscriptLine::time)
            .containsExactly(
                tuple(Speaker.CLIENT, "NOOP", 6, TestClock.START),
                tuple(Speaker.SERVER, "250 2.0.0 OK", 14, TestClock.START.plusMillis(1500)));
    }

    @Test
    void oneThatEndedIsFoundIfItsReferenceWasShown() {
        refusedSession("aaaaaaaa");
        Recording quiet = transcripts.begin("bbbbbbbb", "192.0.2.1", 587);
        quiet.command(NOOP, 6);
        quiet.end();

        assertThat(found("aaaaaaaa").end()).contains(TestClock.START);
        assertThat(transcripts.find("bbbbbbbb")).isEmpty();
        assertThat(transcripts.sessions()).isOne();
    }

    @Test
    void whatWasObservedIsShownInTheLogAndThusKept() {
        Recording recording = transcripts.begin("aaaaaaaa", "192.0.2.1", 587);
        recording.command(DATA, 6);
        recording.observed(REFUSAL, "DATA refused: no recipient has been accepted yet");
        recording.end();

        TranscriptLine observed = found("aaaaaaaa").lines().get(1);
        assertThat(observed.speaker()).isEqualTo(Speaker.OBSERVER);
        assertThat(observed.refusal().orElseThrow().id()).isEqualTo(DiagnosisId.SEQ_RCPT_MISSING);
    }

    @Test
    void aDayAfterItsEndASessionIsForgotten() {
        refusedSession("aaaaaaaa");
        clock.advance(Duration.ofHours(24).minusMillis(1));
        assertThat(transcripts.find("aaaaaaaa")).isPresent();

        clock.advance(Duration.ofMillis(1));
        assertThat(transcripts.find("aaaaaaaa")).isEmpty();
        assertThat(transcripts.octets()).isZero();
    }

    @Test
    void theDayIsCountedFromTheEnd() {
        Recording recording = transcripts.begin("aaaaaaaa", "192.0.2.1", 587);
        recording.command(DATA, 6);
        recording.refusal(REFUSAL, List.of("503 5.5.1 DATA refused"), 290);
        clock.advance(Duration.ofHours(23));
        recording.end();
        clock.advance(Duration.ofHours(23));

        assertThat(transcripts.find("aaaaaaaa")).isPresent();
    }

    @Test
    void ofASessionTheFirstLinesAndTheLastAreKept() {
        transcripts.configure(new TranscriptSettings(MIB, 5, Duration.ofHours(24), Names.SHOWN));
        Recording recording = transcripts.begin("aaaaaaaa", "192.0.2.1", 587);
        for (int i = 0; i < 1000; i++) {
            recording.command(CommandLine.of(Verb.HELP, Optional.of(Integer.toString(i))), 10);
        }

        assertThat(found("aaaaaaaa").omitted()).isEqualTo(995);
        assertThat(found("aaaaaaaa").omittedAfter()).isOne();
        assertThat(found("aaaaaaaa").lines()).extracting(TranscriptLine::text)
            .containsExactly("HELP 0", "HELP 996", "HELP 997", "HELP 998", "HELP 999");
    }

    @Test
    void longFirstLinesLeaveRoomForTheLast() {
        transcripts.configure(new TranscriptSettings(MIB, 1000, Duration.ofHours(24), Names.SHOWN));
        Recording recording = transcripts.begin("aaaaaaaa", "192.0.2.1", 587);
        for (int i = 0; i < 1000; i++) {
            recording.reply("250", List.of("250 " + i + " " + "x".repeat(900)));
        }

        List<String> kept = found("aaaaaaaa").lines().stream().map(line -> line.text().split(" ")[1]).collect(Collectors.toList());
        int first = found("aaaaaaaa").omittedAfter();
        assertThat(first).isBetween(10, kept.size() / 2);
        assertThat(kept.subList(0, first)).isEqualTo(IntStream.range(0, first).mapToObj(Integer::toString).collect(Collectors.toList()));
        assertThat(kept.subList(first, kept.size())).isEqualTo(IntStream.range(1000 - kept.size() + first, 1000)
            .mapToObj(Integer::toString).collect(Collectors.toList()));
    }

    @Test
    void aLogInIsKeptWithItsUserItsBackendAndTheReason() {
        Recording recording = transcripts.begin("aaaaaaaa", "192.0.2.1", 587);
        recording.command(NOOP, 6);
        transcripts.logIn("aaaaaaaa", new LogIn("refused", "PLAIN", "J\u00fcrgen\n", Optional.of("apps"), "wrong password"));
        transcripts.logIn("bbbbbbbb", new LogIn("refused", "PLAIN", "of an unknown session", Optional.empty(), ""));

        assertThat(found("aaaaaaaa").logIns()).singleElement().satisfies(logIn -> {
            assertThat(logIn.user()).hasValue("J\u00fcrgen?");
            assertThat(logIn.backend()).hasValue("apps");
            assertThat(logIn).hasToString("PLAIN log-in of J\u00fcrgen?: refused by apps (wrong password)");
        });
        assertThat(recording.isLoggedIn()).isFalse();
        transcripts.logIn("aaaaaaaa", new LogIn("accepted", "LOGIN", "x".repeat(300), Optional.empty(), ""));
        assertThat(recording.isLoggedIn()).isTrue();
        assertThat(found("aaaaaaaa").logIns().get(1)).satisfies(logIn -> {
            assertThat(logIn.user()).hasValue("x".repeat(255));
            assertThat(logIn.backend()).isEmpty();
            assertThat(logIn.reason()).isEmpty();
        });
    }

    @Test
    void sessionsAreFoundByWhatIsKeptOfThemNewestFirst() {
        for (int i = 0; i < 5; i++) {
            refusedSession("aaaaaaa" + i);
        }
        transcripts.begin("bbbbbbbb", "192.0.2.1", 25).command(NOOP, 6);

        assertThat(transcripts.find(session -> true, 0, 2)).extracting(Transcript::reference).containsExactly("bbbbbbbb", "aaaaaaa4");
        assertThat(transcripts.find(session -> session.port() == 587, 3, 9)).extracting(Transcript::reference)
            .containsExactly("aaaaaaa1", "aaaaaaa0");
    }

    @Test
    void whatIsDeletedIsGoneAndAnOpenSessionIsKeptFromThere() {
        refusedSession("aaaaaaaa");
        Recording open = transcripts.begin("bbbbbbbb", "192.0.2.1", 587);
        open.command(DATA, 6);

        assertThat(transcripts.delete(session -> true)).isEqualTo(2);
        assertThat(transcripts.octets()).isZero();
        assertThat(transcripts.find("aaaaaaaa")).isEmpty();
        open.command(NOOP, 6);
        assertThat(found("bbbbbbbb").lines()).extracting(TranscriptLine::text).containsExactly("NOOP");
        assertThat(found("bbbbbbbb").omitted()).isOne();
    }

    @Test
    void afterTheTimeThatIsConfiguredASessionIsForgotten() {
        transcripts.configure(new TranscriptSettings(MIB, 64, Duration.ofMinutes(30), Names.SHOWN));
        refusedSession("aaaaaaaa");
        clock.advance(Duration.ofMinutes(30));

        assertThat(transcripts.find("aaaaaaaa")).isEmpty();
    }

    @Test
    void peopleHavePseudonymsInEveryLine() {
        transcripts.configure(new TranscriptSettings(MIB, 64, Duration.ofHours(24), Names.PSEUDONYMS));
        Recording recording = transcripts.begin("aaaaaaaa", "192.0.2.17", 587);
        List<String> told = List.of("EHLO alice-laptop.example.org", "MAIL FROM:<alice@example.org>", "RCPT TO:<\"bob smith\"@example.org>",
            "RCPT TO:carol@example.org", "VRFY dave", "EXPN staff-of-erin");
        for (String line : told) {
            recording.command(CommandLine.parse((line + "\r\n").getBytes(StandardCharsets.US_ASCII)), line.length() + 2);
            recording.reply("250", List.of("250 2.1.0 " + line.substring(5) + " [192.0.2.17] ok"));
        }
        recording.logIn(new LogIn("refused", "PLAIN", "frances", Optional.of("apps"), "wrong password"));
        recording.refusal(new Refusal(REFUSAL.id(), "EHLO done, sender <alice@example.org>", List.of("DATA", "RCPT TO:<address>")),
            List.of("503 5.5.1 MAIL refused", "You sent MAIL FROM:<frances>"), 290);

        Transcript found = found("aaaaaaaa");
        String all = found.client() + found.lines().stream().map(line -> line.text() + line.refusal().map(refusal -> refusal.state()
            + refusal.next()).orElse("") + line.logIn().map(LogIn::toString).orElse("")).collect(Collectors.joining("\n"));
        assertThat(all).doesNotContain("alice", "bob", "carol", "192.0.2.17", "frances", "EXPN staff", "VRFY dave")
            .contains("503 5.5.1 MAIL refused", "RCPT TO:<address>", "wrong password", "by apps");
        assertThat(found.client()).isEqualTo(transcripts.shown("192.0.2.17")).matches("~[0-9a-f]{10}");
        assertThat(found.logIns().get(0).user()).hasValue(transcripts.shown("Frances"));
        assertThat(new Transcripts(clock).shown("192.0.2.17")).as("by default").isEqualTo("192.0.2.17");
    }

    @Test
    void whereThereIsNoRoomTheOldestSessionGoes() {
        transcripts.configure(new TranscriptSettings(MIB, 64, Duration.ofHours(24), Names.SHOWN));
        List<String> references = IntStream.range(0, 5000).mapToObj(i -> Integer.toHexString(i))
            .collect(Collectors.toList());
        references.forEach(this::refusedSession);

        int kept = transcripts.sessions();
        assertThat(kept).isBetween(500, 4000);
        assertThat(references.stream().filter(reference -> transcripts.find(reference).isPresent()))
            .isEqualTo(references.subList(references.size() - kept, references.size()));
    }

    @Test
    void aSessionThatWasPushedOutComesBackWithItsNextLine() {
        transcripts.configure(new TranscriptSettings(MIB, 64, Duration.ofHours(24), Names.SHOWN));
        Recording old = transcripts.begin("aaaaaaaa", "192.0.2.1", 587);
        old.command(NOOP, 6);
        for (int i = 0; transcripts.find("aaaaaaaa").isPresent(); i++) {
            refusedSession(Integer.toHexString(i));
        }
        old.command(DATA, 6);
        old.refusal(REFUSAL, List.of("503 5.5.1 DATA refused"), 290);

        assertThat(found("aaaaaaaa").lines()).extracting(TranscriptLine::text).containsExactly("DATA", "503 5.5.1 DATA refused");
        assertThat(found("aaaaaaaa").omitted()).isOne();
        assertThat(transcripts.octets()).isLessThanOrEqualTo(MIB);
    }

    @Test
    void noSessionPushesOutAllOthers() {
        transcripts.configure(new TranscriptSettings(MIB, 1000, Duration.ofHours(24), Names.SHOWN));
        refusedSession("aaaaaaaa");
        Recording chatty = transcripts.begin("bbbbbbbb", "192.0.2.1", 587);
        List<String> reply = List.of("250 " + "x".repeat(5000));
        for (int i = 0; i < 2000; i++) {
            chatty.reply("250", reply);
        }

        assertThat(transcripts.find("aaaaaaaa")).isPresent();
        assertThat(transcripts.octets()).isLessThan(MIB / 4);
        assertThat(found("bbbbbbbb").omitted()).isPositive();
    }

    @Test
    void ofTwoSessionsOfOneReferenceTheLaterIsFound() {
        refusedSession("aaaaaaaa");
        long one = transcripts.octets();
        Recording again = transcripts.begin("aaaaaaaa", "192.0.2.2", 587);
        again.command(NOOP, 6);

        assertThat(found("aaaaaaaa").client()).isEqualTo("192.0.2.2");
        assertThat(transcripts.sessions()).isOne();
        again.end();
        assertThat(transcripts.find("aaaaaaaa")).isEmpty();
        assertThat(transcripts.octets()).isZero().isLessThan(one);
    }

    @Test
    void whoConfiguresASecondTimeIsToldWhatHolds() {
        TranscriptSettings first = new TranscriptSettings(MIB, 10, Duration.ofHours(24), Names.SHOWN);
        assertThat(transcripts.configure(first)).isEqualTo(first);
        assertThat(transcripts.configure(new TranscriptSettings(MIB, 10, Duration.ofHours(24), Names.SHOWN))).isEqualTo(first);
        assertThat(transcripts.configure(new TranscriptSettings(MIB, 11, Duration.ofHours(24), Names.SHOWN))).isEqualTo(first);
        assertThat(transcripts.isOn()).isTrue();
    }

    /** A thousand of them at a time, each refused sooner or later; {@code -Dsmtpguard.transcript.sessions=1000000} for more in all. */
    @Test
    void howeverManySessionsThereAreTheyStayWithinTheOctets() {
        Random random = new Random(6);
        Deque<Recording> open = new ArrayDeque<>();
        long most = 0;
        long limit = TranscriptSettings.DEFAULT.octets();
        String last = "";
        for (int i = 0; i < SESSIONS; i++) {
            last = Integer.toHexString(i);
            Recording recording = transcripts.begin(last, "192.0.2." + (i & 0xff), 587);
            open.add(recording);
            for (int lines = random.nextInt(6); lines >= 0; lines--) {
                recording.command(NOOP, 6);
                recording.reply("250", List.of("250 2.0.0 OK"));
            }
            recording.command(DATA, 6);
            recording.refusal(REFUSAL, List.of("503 5.5.1 DATA refused: no recipient has been accepted yet [SEQ-RCPT-MISSING]"), 290);
            if (open.size() > 1000) {
                open.remove().end();
            }
            most = Math.max(most, transcripts.octets());
        }

        assertThat(most).isLessThanOrEqualTo(limit).isGreaterThan(limit * 9 / 10);
        assertThat(found(last).lines()).last().extracting(TranscriptLine::text).asString().contains("[SEQ-RCPT-MISSING]");
    }

    @Test
    void sessionsOfManyThreadsStayWithinTheOctetsToo() throws Exception {
        int threads = 8;
        transcripts.configure(new TranscriptSettings(MIB, 64, Duration.ofHours(24), Names.SHOWN));
        ExecutorService pool = Executors.newFixedThreadPool(threads + 1);
        try {
            AtomicBoolean isOver = new AtomicBoolean();
            Future<Long> watch = pool.submit(() -> {
                long most = 0;
                while (!isOver.get()) {
                    most = Math.max(most, transcripts.octets());
                }
                return most;
            });
            List<Future<?>> clients = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int number = thread;
                clients.add(pool.submit(() -> talk(number)));
            }
            for (Future<?> client : clients) {
                client.get();
            }
            isOver.set(true);
            assertThat(watch.get()).isLessThanOrEqualTo(MIB);
        } finally {
            pool.shutdownNow();
        }
        clock.advance(TranscriptSettings.DEFAULT.keep());
        assertThat(transcripts.find("none")).isEmpty();
        assertThat(transcripts.octets()).isZero();
    }

    private void talk(int thread) {
        Random random = new Random(thread);
        List<Recording> open = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            String reference = String.format(Locale.ROOT, "%02x%06x", thread, i);
            open.add(transcripts.begin(reference, "192.0.2.1", 587));
            for (Recording recording : open) {
                recording.command(NOOP, 6);
                recording.reply("250", List.of("250 2.0.0 OK"));
            }
            Recording one = open.get(random.nextInt(open.size()));
            one.refusal(REFUSAL, List.of("503 5.5.1 DATA refused"), 290);
            transcripts.find(reference).ifPresent(transcript -> assertThat(transcript.lines()).isNotNull());
            if (open.size() > 40) {
                open.remove(random.nextInt(open.size())).end();
            }
        }
        open.forEach(Recording::end);
    }

    private void refusedSession(String reference) {
        Recording recording = transcripts.begin(reference, "192.0.2.1", 587);
        recording.command(DATA, 6);
        recording.refusal(REFUSAL, List.of("503 5.5.1 DATA refused: no recipient has been accepted yet [SEQ-RCPT-MISSING]"), 290);
        recording.end();
    }

    private Transcript found(String reference) {
        return transcripts.find(reference).orElseThrow();
    }
}
