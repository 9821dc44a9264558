package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.FailedLogin;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.james.event.GuardMetrics;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.james.event.Notes;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.Violations;

/** What counts towards the end of a session, and what does not; over random ways there, the same on each run. */
class LimitsTest {
    private static final int ERRORS = 20;
    private static final int AUTH_FAILURES = 5;
    private static final int REFUSED_RECIPIENTS = 100;
    private static final int UNLIMITED = 2000;

    /** Each an error wherever it stands. */
    private static final List<String> WRONG = List.of("FROB", "EHLO", "RSET now", "QUIT now", "MAIL FROM:alice", "DATA now", "STARTTLS x",
        "NOOP\n");
    private static final List<String> ALWAYS_RIGHT = List.of("RSET", "EHLO client.example", "NOOP", "HELP", "HELO client.example",
        "VRFY bob");
    /** No fault of the client's conduct: a recipient that nobody knows, one that needs AUTH, a server that is at a loss. */
    private static final List<String> NO_ERRORS = List.of("RCPT TO:<nobody@localhost>", "RCPT TO:<x@example.org>");

    private final EmbeddedPort port = EmbeddedPort.builder().limits(ERRORS, AUTH_FAILURES).build();

    @RepeatedTest(200)
    void theLastErrorAllowedEndsTheSessionWhateverCameBetween(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        EmbeddedPort.Client client = port.connect();
        client.send("EHLO client.example\r\n");
        for (int errors = 1; errors <= ERRORS; errors++) {
            for (int right = random.nextInt(4); right > 0; right--) {
                assertThat(client.send(any(ALWAYS_RIGHT, random) + "\r\n")).matches("(?s)(2|502).*");
            }
            String wrong = any(WRONG, random);
            String reply = client.send(wrong.endsWith("\n") ? wrong : wrong + "\r\n");
            if (errors < ERRORS) {
                assertThat(reply).as("error %d, %s", errors, wrong).startsWith("50");
            } else {
                assertThat(reply).startsWith("421-4.7.0 ").contains("[LIMIT-ERRORS]").contains("Next: EHLO <your-domain>");
            }
            assertThat(client.isOpen()).isEqualTo(errors < ERRORS);
        }
    }

    @Test
    void whatFollowsFromOneErrorInAPipelinedGroupCountsOnce() {
        EmbeddedPort.Client client = port.connect();
        client.send("EHLO client.example\r\n");
        for (int groups = 1; groups < ERRORS; groups++) {
            String replies = client.send("MAIL FROM:alice\r\n" + "RCPT TO:<bob@localhost>\r\n".repeat(groups) + "DATA\r\n");
            assertThat(replies).contains("[SEQ-MAIL-MISSING]").doesNotContain("421");
        }
        assertThat(client.send("MAIL FROM:alice\r\nRCPT TO:<bob@localhost>\r\nDATA\r\n")).startsWith("421-4.7.0 ");
    }

    @Test
    void aGroupWhoseRecipientsAreAllRefusedHoldsNoErrorAtAll() {
        EmbeddedPort.Client client = port.connect();
        client.send("EHLO client.example\r\n");
        for (int groups = 0; groups < 2 * ERRORS; groups++) {
            String replies = client.send("RSET\r\nMAIL FROM:<alice@localhost>\r\nRCPT TO:<nobody@localhost>\r\n"
                + "RCPT TO:<x@example.org>\r\nDATA\r\n");
            assertThat(replies).contains("[SEQ-RCPT-REFUSED]").contains("[AUTH-REQUIRED]").doesNotContain("421");
        }
        assertThat(client.isOpen()).isTrue();
    }

    @Test
    void theSameMistakesWithoutAFailureBeforeThemCountEachTime() {
        EmbeddedPort.Client client = port.connect();
        client.send("EHLO client.example\r\nNOOP\r\n");
        client.send("EHLO client.example\r\n");
        for (int errors = 2; errors < ERRORS; errors++) {
            // An accepted command in between ends the group: what is wrong behind it follows from nothing.
            assertThat(client.send("NOOP\r\n")).startsWith("250");
            assertThat(client.send("RCPT TO:<bob@localhost>\r\n")).startsWith("503");
        }
        assertThat(client.send("NOOP\r\nRCPT TO:<bob@localhost>\r\n")).startsWith("250").contains("\r\n421-4.7.0 ");
    }

    /** RFC 2920: what a client sends after it has read the reply to a failure, it could have known. */
    @ParameterizedTest
    @ValueSource(strings = {"DATA", "DATA,DATA,DATA,DATA,DATA,NOOP",
        "MAIL FROM:<alice@localhost>,RCPT TO:<nobody@localhost>,DATA,DATA,DATA,DATA,RSET",
        "RCPT TO:<bob@localhost>", "NONSENSE,NOOP", "MAIL FROM:<alice@localhost>,MAIL FROM:<alice@localhost>,RSET"})
    void aClientThatWaitsForRepliesIsForgivenNothing(String round) {
        EmbeddedPort.Client client = port.connect();
        client.send("EHLO client.example\r\n");
        int errors = 0;
        for (int lines = 0; client.isOpen() && lines < UNLIMITED; lines++) {
            String[] commands = round.split(",");
            String reply = client.send(commands[lines % commands.length] + "\r\n");
            errors += reply.matches("(?s)(50|554|421).*") ? 1 : 0;
        }

        assertThat(client.isOpen()).isFalse();
        assertThat(errors).isEqualTo(ERRORS);
    }

    /** A pipelined group that TCP cuts in two is two groups, each with an error of its own. */
    @Test
    void whatWasReadLaterIsAnErrorOfItsOwn() {
        EmbeddedPort.Client client = port.connect();
        client.send("EHLO client.example\r\n");
        for (int errors = 1; errors < ERRORS; errors++) {
            assertThat(client.send("RCPT TO:<bob@localhost>\r\n".repeat(10))).doesNotContain("421");
        }
        assertThat(client.send("RCPT TO:<bob@localhost>\r\n")).startsWith("421-4.7.0 ");
    }

    @Test
    void theRefusedRecipientOfThatNumberEndsTheSessionOverRsetAndEhlo() {
        EmbeddedPort.Client client = port.connect();
        client.send("EHLO client.example\r\n");
        for (int refused = 1; refused < REFUSED_RECIPIENTS; refused++) {
            if (refused % 7 == 1) {
                client.send(refused % 2 == 0 ? "RSET\r\n" : "EHLO client.example\r\n");
                client.send("MAIL FROM:<alice@localhost>\r\n");
            }
            assertThat(client.send("RCPT TO:<nobody@localhost>\r\n")).startsWith("550");
        }
        assertThat(client.send("RCPT TO:<nobody@localhost>\r\n")).startsWith("421-4.7.0 RCPT refused: ").contains("[LIMIT-RECIPIENTS]");
        assertThat(client.isOpen()).isFalse();
    }

    /** Whatever a client does: pipelines or waits, fails to log in, tries out recipients, or meets outages. */
    @RepeatedTest(60)
    @SuppressWarnings("try") // The log is only kept quiet.
    void noSessionGetsMoreRefusalsThanTheDocumentedNumber(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        EmbeddedPort.Client client = port.connect();
        client.send("EHLO client.example\r\n");
        List<String> lines = new ArrayList<>(WRONG);
        lines.addAll(NO_ERRORS);
        lines.addAll(List.of("RSET", "NOOP", "MAIL FROM:<alice@localhost>", "RCPT TO:<bob@localhost>", "DATA", ".", "*"));
        // Some are patient enough for the largest number, since they do what is forgiven, most of the time.
        lines.removeIf(line -> WRONG.contains(line) && random.nextInt(4) > 0);
        int refusals = 0;
        try (LogCapture quiet = new LogCapture()) {
            for (int groups = 0; client.isOpen() && groups < UNLIMITED; groups++) {
                StringBuilder group = new StringBuilder();
                for (int size = random.nextBoolean() ? 1 : random.nextInt(150); size >= 0; size--) {
                    String line = any(lines, random);
                    group.append(line).append(line.endsWith("\n") ? "" : "\r\n");
                }
                if (random.nextInt(8) == 0) {
                    group.append(auth(random.nextInt(6) == 0 ? "guess" : FixtureBackend.DOWN));
                }
                refusals += (int) client.send(group.toString()).lines().filter(line -> line.matches("[45]\\d\\d .*")).count();
            }
        }

        assertThat(client.isOpen()).isFalse();
        assertThat(refusals).isLessThanOrEqualTo(ERRORS + AUTH_FAILURES + REFUSED_RECIPIENTS + Notes.FORGIVEN_LIMIT);
    }

    @RepeatedTest(20)
    void failedLogInsAreCountedApartAndOverRsetAndEhlo(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        EmbeddedPort.Client client = port.connect();
        client.send("EHLO client.example\r\n");
        for (int failures = 1; failures < AUTH_FAILURES; failures++) {
            assertThat(client.send(auth("guess"))).startsWith("535-5.7.8 ");
            assertThat(client.send(any(List.of("RSET", "EHLO client.example", "NOOP"), random) + "\r\n")).startsWith("250");
            assertThat(client.send("AUTH PLAIN ????\r\n")).as("a slip of the encoder is no guess").startsWith("501-5.5.2 ");
        }
        assertThat(client.send(auth("guess"))).startsWith("421-4.7.0 ").contains("[LIMIT-AUTH]");
        assertThat(client.isOpen()).isFalse();
    }

    /** RFC 4954 6: the two that a client is told of, since something can be done about them. They count as failures all the same. */
    @ParameterizedTest
    @CsvSource({FixtureBackend.EXPIRED + ",432-4.7.12,AUTH-EXPIRED", FixtureBackend.TOO_WEAK + ",534-5.7.9,AUTH-TOO-WEAK"})
    void aBackendThatSaysMoreThanNoIsHeard(String password, String status, String id) {
        EmbeddedPort.Client client = port.connect();
        client.send("EHLO client.example\r\n");
        for (int failures = 1; failures < AUTH_FAILURES; failures++) {
            assertThat(client.send(auth(password))).startsWith(status + " AUTH refused: ").contains("[" + id + "]\r\n");
        }
        assertThat(client.send(auth(password))).startsWith("421-4.7.0 ").contains("[LIMIT-AUTH]");
    }

    @Test
    @SuppressWarnings("try") // The log is only kept quiet.
    void aBackendThatIsDownIsHeldAgainstNobody() {
        EmbeddedPort.Client client = port.connect();
        client.send("EHLO client.example\r\n");
        try (LogCapture quiet = new LogCapture()) {
            for (int outages = 0; outages < 2 * ERRORS; outages++) {
                assertThat(client.send(auth(FixtureBackend.DOWN))).startsWith("454-4.7.0 ");
            }
            assertThat(quiet.by("org.smtpguard.credential.BackendChain")).hasSize(2 * ERRORS);
        }
        assertThat(client.send(auth(FixtureBackend.RIGHT))).startsWith("235 2.7.0 ");
    }

    @Test
    void aDefiniteNoIsAFailedLogInWhateverAnotherBackendsOutageMakesOfTheReply() {
        Logbook logbook = logbook();
        List<FailedLogin> failed = failedLogins(logbook);
        EmbeddedPort.Client client = EmbeddedPort.builder().limits(ERRORS, AUTH_FAILURES).logbook(logbook).secondBackendOutOfOrder().build()
            .connect();
        client.send("EHLO client.example\r\n");
        try (LogCapture log = new LogCapture()) {
            for (int failures = 1; failures < AUTH_FAILURES; failures++) {
                assertThat(client.send(auth("guess"))).startsWith("454-4.7.0 ");
            }
            assertThat(client.send(auth("guess"))).startsWith("421-4.7.0 ").contains("[LIMIT-AUTH]");
            assertThat(log.text().lines()).filteredOn(line -> line.startsWith("INFO AUTH method PLAIN failed from alice@localhost@"
                + "127.0.0.1: REFUSED (wrong password) by fixture [AUTH-CREDENTIALS] client=127.0.0.1 session=" + client.reference()))
                .hasSize(AUTH_FAILURES);
        }
        assertThat(failed).hasSize(AUTH_FAILURES).allSatisfy(login -> {
            assertThat(login.user()).isEqualTo("alice@localhost");
            assertThat(login.backend()).contains("fixture");
            assertThat(login.origin().remoteAddress()).contains("127.0.0.1");
        });
    }

    @Test
    void aNoThatComesAfterTheClientHasHungUpIsAFailedLogIn() {
        Logbook logbook = logbook();
        List<FailedLogin> failed = failedLogins(logbook);
        EmbeddedPort.Client client = EmbeddedPort.builder().limits(ERRORS, AUTH_FAILURES).logbook(logbook).build().connect();
        client.send("EHLO client.example\r\n");
        client.send(auth(FixtureBackend.LATE + "bob", "guess"));
        client.close();
        assertThat(failed).isEmpty();

        client.awaitBackends();

        assertThat(failed).singleElement().satisfies(login -> assertThat(login.user()).isEqualTo(FixtureBackend.LATE + "bob"));
    }

    @Test
    void aYesThatComesAfterTheClientHasHungUpIsNone() {
        Logbook logbook = logbook();
        List<FailedLogin> failed = failedLogins(logbook);
        EmbeddedPort.Client client = EmbeddedPort.builder().logbook(logbook).build().connect();
        client.send("EHLO client.example\r\n");
        client.send(auth(FixtureBackend.LATE + "bob", FixtureBackend.RIGHT));
        client.close();
        client.awaitBackends();

        assertThat(failed).isEmpty();
    }

    @Test
    void fiveFailedLogInsAreFiveRefusalsInTheLog() {
        EmbeddedPort.Client client = port.connect();
        client.send("EHLO client.example\r\n");
        try (LogCapture log = new LogCapture()) {
            for (int failures = 1; failures <= AUTH_FAILURES; failures++) {
                client.send(auth("guess"));
            }
            assertThat(log.text().lines()).filteredOn(line -> line.contains(" refused AUTH ")).hasSize(AUTH_FAILURES)
                .last().asString().startsWith("WARN 421 LIMIT-AUTH ");
            assertThat(log.text().lines()).filteredOn(line -> line.contains(" failed from ")).hasSize(AUTH_FAILURES);
        }
    }

    @Test
    void whoSendsToTheWrongPeopleIsToldSoAndStays() {
        Random random = new Random(1);
        EmbeddedPort.Client client = port.connect();
        client.send("EHLO client.example\r\n");
        client.send("MAIL FROM:<alice@localhost>\r\n");
        for (int recipients = 0; recipients < 2 * ERRORS; recipients++) {
            assertThat(client.send(any(NO_ERRORS, random) + "\r\n")).startsWith("5");
        }
        assertThat(client.send("RCPT TO:<bob@localhost>\r\n")).startsWith("250");
    }

    @Test
    void zeroIsNoLimit() {
        EmbeddedPort.Client client = EmbeddedPort.builder().limits(0, 0).build().connect();
        client.send("EHLO client.example\r\n");
        for (int errors = 0; errors < UNLIMITED; errors++) {
            assertThat(client.send("FROB\r\n")).startsWith("500-5.5.1 ");
            assertThat(client.send(auth("guess"))).startsWith("535-5.7.8 ");
        }
        assertThat(client.isOpen()).isTrue();
    }

    private static Logbook logbook() {
        return new Logbook(GuardMetrics.unread(), new Transcripts(Clock.systemUTC()), new Violations(Clock.systemUTC()));
    }

    private static List<FailedLogin> failedLogins(Logbook logbook) {
        List<FailedLogin> failed = new ArrayList<>();
        logbook.failedLogins().subscribe(failed::add);
        return failed;
    }

    private static String auth(String password) {
        return auth("alice@localhost", password);
    }

    private static String auth(String user, String password) {
        byte[] message = ("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8);
        return "AUTH PLAIN " + Base64.getEncoder().encodeToString(message) + "\r\n";
    }

    private static String any(List<String> lines, Random random) {
        return lines.get(random.nextInt(lines.size()));
    }
}
