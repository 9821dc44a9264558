package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.smtpguard.bruteforce.BruteForceSettings.NetworkLimit;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.Origin;

/**
 * What holds for failed log-ins wherever an {@link EventLog} is kept: counts outlive a restart, and are one count for all servers that
 * share it. The same happens at servers in turn, or at one server that is restarted after each attempt.
 */
public abstract class EventLogContract {
    private static final String ALICE = "alice@example.org";
    private static final Origin HOME = from("192.0.2.7");
    private static final Origin ELSEWHERE = from("198.51.100.7");
    private static final Network ELSEWHERE_NETWORK = Network.parse("198.51.100.7").orElseThrow();
    private static final int FAILURES = 4;
    private static final int LIMIT = 1_000;

    private final MovedClock clock = new MovedClock();
    private final List<Server> servers = new ArrayList<>();
    private int turn;

    /** One more that is kept in the same place, of another server or of the same after a restart. */
    protected abstract EventLog log(int limit);

    /** Whether several servers use the place at the same time. */
    protected abstract boolean isShared();

    /** All that is kept there. */
    protected abstract String content();

    @AfterEach
    final void closeServers() {
        servers.forEach(server -> server.limiter.close());
    }

    @Test
    void failuresAtAllServersAreOneCount() {
        for (int i = 0; i < FAILURES; i++) {
            assertThat(next().refusal(Optional.of("bob@example.org"), ELSEWHERE)).isEmpty();
            fail("user" + i, ELSEWHERE, "guess");
        }

        for (int i = 0; i < FAILURES; i++) {
            assertThat(next().refusal(Optional.of("bob@example.org"), ELSEWHERE)).hasValueSatisfying(block ->
                assertThat(block.reason()).isEqualTo("4 failed log-ins within 1 h"));
        }
        assertThat(next().refusal(Optional.of("bob@example.org"), HOME)).isEmpty();
    }

    @Test
    void theSamePasswordCountsOnce() {
        for (int i = 0; i < 3 * FAILURES; i++) {
            fail(ALICE, ELSEWHERE, "old-password");
        }

        assertThat(next().refusal(Optional.of(ALICE), ELSEWHERE)).isEmpty();
    }

    @Test
    void aNetworkThatIsKnownAtOneServerIsKnownAtAll() {
        succeed(ALICE, ELSEWHERE);
        for (int i = 0; i < FAILURES; i++) {
            fail("user" + i, ELSEWHERE, "guess");
        }

        for (int i = 0; i < 2; i++) {
            assertThat(next().refusal(Optional.of(ALICE), ELSEWHERE)).isEmpty();
            assertThat(next().refusal(Optional.of("user0"), ELSEWHERE)).isPresent();
            assertThat(next().knownUsers()).isEqualTo(1);
        }
    }

    @Test
    void aRightPasswordForgivesFailuresAtOtherServers() {
        for (int round = 0; round < 3; round++) {
            for (int i = 1; i < FAILURES; i++) {
                fail(ALICE, ELSEWHERE, "typing error " + round + " " + i);
            }
            succeed(ALICE, ELSEWHERE);
        }

        assertThat(next().refusal(Optional.of(ALICE), ELSEWHERE)).isEmpty();
    }

    @Test
    void aBlockByHandHoldsEverywhereAndIsLiftedEverywhere() {
        next().block("carol@example.org", "leaked", Duration.ofHours(1));
        next().block(ELSEWHERE_NETWORK, "abuse", Duration.ofHours(1));

        for (int i = 0; i < 2; i++) {
            assertThat(next().refusal(Optional.of("carol@example.org"), HOME)).hasValueSatisfying(block ->
                assertThat(block.reason()).isEqualTo("leaked"));
            assertThat(next().blocks()).extracting(block -> block.user().orElse("")).containsExactlyInAnyOrder("", "carol@example.org");
        }
        next().lift("carol@example.org");
        next().lift(ELSEWHERE_NETWORK);

        for (int i = 0; i < 2; i++) {
            assertThat(next().blocks()).isEmpty();
        }
    }

    @Test
    void aLiftedBlockIsLiftedEverywhere() {
        for (int i = 0; i < FAILURES; i++) {
            fail("user" + i, ELSEWHERE, "guess");
        }
        next().lift(ELSEWHERE_NETWORK);

        for (int i = 0; i < 2; i++) {
            assertThat(next().refusal(Optional.of(ALICE), ELSEWHERE)).isEmpty();
        }
    }

    @Test
    void allIsThereAfterARestartOfAllServers() {
        succeed(ALICE, HOME);
        for (int i = 0; i < FAILURES; i++) {
            fail("user" + i, ELSEWHERE, "guess");
        }
        servers.forEach(server -> server.limiter.close());
        servers.clear();

        assertThat(next().refusal(Optional.of(ALICE), ELSEWHERE)).isPresent();
        assertThat(next().knownUsers()).isEqualTo(1);
    }

    @Test
    void anotherInstallationSecretIsReportedOnce() {
        fail(ALICE, ELSEWHERE, "guess");
        fail(ALICE, ELSEWHERE, "another guess");
        settle();
        servers.forEach(server -> server.limiter.close());
        byte[] otherSecret = new byte[32];
        Arrays.fill(otherSecret, (byte) 1);
        AtomicInteger reports = new AtomicInteger();
        GuessLimiter other = new GuessLimiter(settings(), InstallationSecret.of(otherSecret), clock,
            new NoListener(reports::incrementAndGet), log(LIMIT));

        other.start();
        other.close();

        assertThat(reports).hasValue(1);
        assertThat(other.users()).isZero();
    }

    @Test
    void linesOfBothKindsComeBackInTheirOrder() {
        EventLog log = log(LIMIT);
        log.open((line, isReplay) -> { });
        log.append("1 a failure", false);
        log.append("2 a log-in", true);
        log.append("3 another failure", false);
        closeAfter("3 another failure", log);

        assertThat(kept(LIMIT)).containsExactly("1 a failure", "2 a log-in", "3 another failure");
    }

    @Test
    void theOldestAreDroppedAndAFloodOfFailuresRemovesNothingElse() {
        EventLog log = log(LIMIT);
        log.open((line, isReplay) -> { });
        log.append("0 a log-in", true);
        for (int i = 1; i <= 3 * LIMIT; i++) {
            log.append(i + " a failure", false);
        }
        String last = 3 * LIMIT + " a failure";
        closeAfter(last, log);

        assertThat(kept(LIMIT)).hasSizeBetween(LIMIT / 2, 3 * LIMIT / 2).contains("0 a log-in", last)
            .doesNotContain(LIMIT + " a failure");
    }

    @Test
    void linesThatNoServerWroteAreSkipped() {
        succeed(ALICE, HOME);
        settle();
        servers.forEach(server -> server.limiter.close());
        servers.clear();
        EventLog log = log(LIMIT);
        log.open((line, isReplay) -> { });
        List.of("7 1 FAILED x", "", "8 1 SUCCEEDED 1 - - - 0 -", "\u0000\u0001 \uFFFD").forEach(line -> log.append(line, true));
        log.close();

        succeed("bob@example.org", HOME);

        assertThat(next().knownUsers()).isEqualTo(2);
    }

    @Test
    void noNameOrPasswordIsKept() {
        succeed(ALICE, HOME);
        fail(ALICE, ELSEWHERE, "Winter2026");
        settle();

        assertThat(content()).contains("198.51.100.7/32").doesNotContain("alice").doesNotContain("Winter");
    }

    private void fail(String user, Origin origin, String password) {
        next().admit(user, origin).join().failed(Optional.of(password.getBytes(StandardCharsets.UTF_8)));
    }

    private void succeed(String user, Origin origin) {
        next().admit(user, origin).join().succeeded();
    }

    /** The server whose turn it is. It knows all that has happened. */
    private GuessLimiter next() {
        if (!isShared()) {
            servers.forEach(server -> server.limiter.close());
            servers.clear();
        }
        while (servers.size() < (isShared() ? 2 : 1)) {
            servers.add(new Server());
        }
        settle();
        return servers.get(turn++ % servers.size()).limiter;
    }

    /** Waits until each server knows what the others have appended. */
    private void settle() {
        for (Server server : servers) {
            int others = servers.stream().filter(other -> other != server).mapToInt(other -> other.log.appended.get()).sum();
            await().until(() -> server.log.heard.get() == others);
        }
    }

    /** A log that is closed delivers for a second, which may be too short on a busy machine. */
    private void closeAfter(String lastLine, EventLog log) {
        await().ignoreExceptions().until(() -> content().contains(lastLine));
        log.close();
    }

    private List<String> kept(int limit) {
        List<String> lines = new ArrayList<>();
        EventLog log = log(limit);
        log.open((line, isReplay) -> {
            assertThat(isReplay).isTrue();
            lines.add(line);
        });
        log.close();
        return lines;
    }

    private static BruteForceSettings settings() {
        return BruteForceSettings.defaults().with(
            new NetworkLimit(FAILURES, Duration.ofHours(1), Duration.ofMinutes(5), Duration.ofMinutes(20)), new NetworkPrefixes(32, 64));
    }

    private static Origin from(String address) {
        return Origin.of("PLAIN", Optional.of(address), Optional.empty(), true);
    }

    /** One of those that share the log. */
    private final class Server {
        private final CountedLog log = new CountedLog(log(LIMIT));
        private final GuessLimiter limiter = new GuessLimiter(settings(), InstallationSecret.of(new byte[32]), clock, new NoListener(),
            log);

        private Server() {
            limiter.start();
            log.heard.set(0);
        }
    }

    /** Knows how many lines were appended here, and how many elsewhere since the start. */
    private static final class CountedLog implements EventLog {
        private final EventLog log;
        private final AtomicInteger appended = new AtomicInteger();
        private final AtomicInteger heard = new AtomicInteger();

        private CountedLog(EventLog log) {
            this.log = log;
        }

        @Override
        public void open(Follower follower) {
            log.open((line, isReplay) -> {
                follower.appended(line, isReplay);
                heard.incrementAndGet();
            });
        }

        @Override
        public void append(String line, boolean isLasting) {
            appended.incrementAndGet();
            log.append(line, isLasting);
        }

        @Override
        public Optional<String> problem() {
            return log.problem();
        }

        @Override
        public void close() {
            log.close();
        }
    }
}
