package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.smtpguard.bruteforce.BruteForceSettings.NetworkLimit;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.Origin;

/** What is remembered over a restart. */
class EventFileTest {
    private static final String ALICE = "alice@example.org";
    private static final Origin HOME = from("192.0.2.7");
    private static final Origin ELSEWHERE = from("198.51.100.7");
    private static final int FAILURES = 4;

    @TempDir
    Path directory;

    private final MovedClock clock = new MovedClock();

    @Test
    void linesOfBothKindsComeBackInTheOrderOfTheirTime() {
        EventFile file = new EventFile(directory, 100);
        file.append("1 a failure", false);
        file.append("2 a log-in", true);
        file.append("3 another failure", false);
        file.close();

        assertThat(lines()).containsExactly("1 a failure", "2 a log-in", "3 another failure");
    }

    @Test
    void theOldestAreDroppedAndAFloodOfFailuresRemovesNothingElse() throws IOException {
        EventFile file = new EventFile(directory, 100);
        file.append("a log-in", true);
        for (int i = 0; i < 1_000; i++) {
            file.append("failure " + i, false);
        }
        file.close();

        assertThat(lines()).hasSizeBetween(51, 101).contains("a log-in", "failure 999").doesNotContain("failure 800");
        assertThat(Files.size(directory.resolve("failures.log")) + Files.size(directory.resolve("failures.old"))).isLessThan(2_000);
    }

    @Test
    void blocksAndKnownNetworksOutliveARestart() {
        GuessLimiter before = limiter();
        before.admit(ALICE, HOME).join().succeeded();
        for (int i = 0; i < FAILURES; i++) {
            before.admit("user" + i, ELSEWHERE).join().failed(Optional.empty());
        }
        before.block("carol@example.org", "leaked", Duration.ofHours(1));
        before.close();

        GuessLimiter after = limiter();

        assertThat(after.knownUsers()).isEqualTo(1);
        assertThat(after.refusal(Optional.of("bob@example.org"), ELSEWHERE)).hasValueSatisfying(block ->
            assertThat(block.reason()).isEqualTo("4 failed log-ins within 1 h"));
        assertThat(after.refusal(Optional.of("carol@example.org"), HOME)).hasValueSatisfying(block ->
            assertThat(block.reason()).isEqualTo("leaked"));
        assertThat(after.refusal(Optional.of("bob@example.org"), HOME)).isEmpty();
        assertThat(after.blocks()).extracting(block -> block.user().orElse("")).containsExactlyInAnyOrder("", "carol@example.org");
    }

    @Test
    void aLiftedBlockIsLiftedAfterARestartToo() {
        GuessLimiter before = limiter();
        for (int i = 0; i < FAILURES; i++) {
            before.admit("user" + i, ELSEWHERE).join().failed(Optional.empty());
        }
        before.lift(Network.parse("198.51.100.7").orElseThrow());
        before.close();

        assertThat(limiter().refusal(Optional.of(ALICE), ELSEWHERE)).isEmpty();
    }

    @Test
    void damagedLinesAreSkipped() throws IOException {
        GuessLimiter before = limiter();
        before.admit(ALICE, HOME).join().succeeded();
        before.close();
        Files.write(directory.resolve("logins.log"), List.of("7 1 FAILED x", "", "8 1 SUCCEEDED 1 - - - 0 -", "\u0000\u0001 \uFFFD"),
            StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        Files.write(directory.resolve("logins.log"), new byte[] {(byte) 0xFF, (byte) 0xC0}, StandardOpenOption.APPEND);

        assertThat(limiter().knownUsers()).isEqualTo(1);
    }

    @Test
    void noNameOrPasswordIsInTheFiles() throws IOException {
        GuessLimiter limiter = limiter();
        limiter.admit(ALICE, HOME).join().succeeded();
        limiter.admit(ALICE, ELSEWHERE).join().failed(Optional.of("Winter2026".getBytes(StandardCharsets.UTF_8)));
        limiter.close();

        assertThat(Files.readString(directory.resolve("logins.log")) + Files.readString(directory.resolve("failures.log")))
            .contains("198.51.100.7/32").doesNotContain("alice").doesNotContain("Winter");
    }

    @Test
    void aDirectoryThatCannotBeMadeIsToldAndStopsNothing() throws IOException {
        Path file = Files.createFile(directory.resolve("a file"));
        EventFile log = new EventFile(file.resolve("below"), 100);

        log.open((line, isReplay) -> { });
        log.append("a line", true);
        log.close();

        assertThat(log.problem()).hasValueSatisfying(text -> assertThat(text).contains("cannot be written"));
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        new EventFile(directory, 100).open((line, isReplay) -> {
            assertThat(isReplay).isTrue();
            lines.add(line);
        });
        return lines;
    }

    private GuessLimiter limiter() {
        BruteForceSettings settings = BruteForceSettings.defaults().with(
            new NetworkLimit(FAILURES, Duration.ofHours(1), Duration.ofMinutes(5), Duration.ofMinutes(20)), new NetworkPrefixes(32, 64));
        GuessLimiter limiter = new GuessLimiter(settings, InstallationSecret.of(new byte[32]), clock, new NoListener(),
            new EventFile(directory, 100));
        limiter.start();
        return limiter;
    }

    private static Origin from(String address) {
        return Origin.of("PLAIN", Optional.of(address), Optional.empty(), true);
    }
}
