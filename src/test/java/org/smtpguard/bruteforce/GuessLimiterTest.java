package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.smtpguard.bruteforce.Admission.Kind;
import org.smtpguard.bruteforce.BruteForceSettings.Mode;
import org.smtpguard.bruteforce.BruteForceSettings.NetworkLimit;
import org.smtpguard.credential.InstallationSecret;

class GuessLimiterTest {
    private static final String ALICE = "alice@example.org";
    private static final String BOB = "bob@example.org";
    private static final String HOME = "192.0.2.7";
    private static final int FAILURES = 4;
    private static final BruteForceSettings SETTINGS = BruteForceSettings.defaults()
        .with(new NetworkLimit(FAILURES, Duration.ofHours(1), Duration.ofMinutes(5), Duration.ofMinutes(20)), new NetworkPrefixes(32, 64));

    private final MovedClock clock = new MovedClock();
    private final Told told = new Told();
    private GuessLimiter limiter = limiter(SETTINGS);

    @Test
    void theRefusalNamesTheNetworkAndTheTime() {
        guess(HOME, ALICE, FAILURES);

        Block block = refusal(HOME, BOB).orElseThrow();

        assertThat(block.subject()).isEqualTo(Block.Subject.NETWORK);
        assertThat(block.network()).hasToString("Optional[192.0.2.7/32]");
        assertThat(block.user()).isEmpty();
        assertThat(Duration.between(clock.instant(), block.until())).isEqualTo(Duration.ofMinutes(5));
        assertThat(told.blocked).hasSize(1);
    }

    @Test
    void eachBlockIsTwiceAsLongAsTheLastUpToTheLongestAndIsForgottenAfterThat() {
        guess(HOME, ALICE, FAILURES);
        for (int minutes : new int[] {5, 10, 20, 20}) {
            assertThat(length(HOME)).isEqualTo(Duration.ofMinutes(minutes));
            clock.forward(Duration.ofMinutes(minutes));
            guess(HOME, ALICE, 1);
        }

        clock.forward(Duration.ofMinutes(20 + 20 + 60));
        guess(HOME, ALICE, FAILURES);

        assertThat(length(HOME)).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void noMoreAttemptsAreMadeAtATimeThanFailuresAreLeft() {
        List<CompletableFuture<Admission>> attempts = new ArrayList<>();
        for (int i = 0; i < FAILURES + 3; i++) {
            attempts.add(limiter.admit("user" + i, Optional.of(HOME)));
        }
        assertThat(attempts.subList(0, FAILURES)).allMatch(CompletableFuture::isDone);
        assertThat(attempts.subList(FAILURES, FAILURES + 3)).noneMatch(CompletableFuture::isDone);

        attempts.get(0).join().succeeded();
        assertThat(attempts.get(FAILURES)).isDone();
        assertThat(attempts.get(FAILURES + 1)).isNotDone();

        for (int i = 1; i <= FAILURES; i++) {
            attempts.get(i).join().failed(Optional.empty());
        }
        assertThat(attempts.get(FAILURES + 1).join().kind()).isEqualTo(Kind.BLOCKED);
        assertThat(attempts.get(FAILURES + 2).join().kind()).isEqualTo(Kind.BLOCKED);
    }

    @Test
    void anAttemptWhoseClientHasGoneWhileItWaitedTakesNoPlace() {
        List<Admission> attempts = new ArrayList<>();
        for (int i = 0; i < FAILURES; i++) {
            attempts.add(limiter.admit(ALICE, Optional.of(HOME)).join());
        }
        CompletableFuture<Admission> gone = limiter.admit(ALICE, Optional.of(HOME));
        CompletableFuture<Admission> next = limiter.admit(ALICE, Optional.of(HOME));

        gone.cancel(false);
        attempts.get(0).withdrawn();

        assertThat(next).isCompletedWithValueMatching(admission -> admission.kind() == Kind.ALLOWED);
    }

    @Test
    void thereIsABoundToThoseThatWait() {
        List<CompletableFuture<Admission>> attempts = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            attempts.add(limiter.admit(ALICE, Optional.of(HOME)));
        }

        assertThat(attempts.stream().filter(CompletableFuture::isDone).map(CompletableFuture::join)
            .filter(admission -> admission.kind() == Kind.OVERLOADED)).hasSizeGreaterThan(1_000);
        assertThat(limiter.admit(ALICE, Optional.of("192.0.2.8")).join().kind()).as("another network").isEqualTo(Kind.ALLOWED);
    }

    @Test
    void aKnownUserWhoGuessesIsBlockedThereAloneAndTheNetworkIsNot() {
        logIn(HOME, ALICE);
        guess(HOME, ALICE, FAILURES);

        assertThat(refusal(HOME, ALICE)).hasValueSatisfying(block ->
            assertThat(block.subject()).isEqualTo(Block.Subject.USER_AT_NETWORK));
        assertThat(refusal(HOME, BOB)).isEmpty();
        assertThat(refusal("192.0.2.8", ALICE)).isEmpty();
    }

    @Test
    void aKnownNetworkIsForgottenAfterItsTime() {
        logIn(HOME, ALICE);
        clock.forward(Duration.ofDays(31));

        guess(HOME, BOB, FAILURES);

        assertThat(refusal(HOME, ALICE)).isPresent();
    }

    @Test
    void aLogInForgivesTheFailuresOfThatUserAlone() {
        guess(HOME, BOB, FAILURES - 1);
        guess("192.0.2.8", ALICE, 1);
        logIn(HOME, ALICE);

        guess(HOME, "carol@example.org", 1);

        assertThat(refusal(HOME, BOB)).isPresent();
    }

    @Test
    void theSamePasswordCountsOnceAndIsTold() {
        for (int i = 0; i < 3 * FAILURES; i++) {
            fail(HOME, ALICE, "the old one");
        }

        assertThat(refusal(HOME, ALICE)).isEmpty();
        assertThat(told.sameAgain).isEqualTo(3 * FAILURES - 1);
    }

    @Test
    void whatNoBackendHasJudgedDoesNotCount() {
        for (int i = 0; i < 3 * FAILURES; i++) {
            limiter.admit(ALICE, Optional.of(HOME)).join().withdrawn();
        }

        assertThat(refusal(HOME, ALICE)).isEmpty();
        assertThat(limiter.sizes()).containsExactly(0, 0, 0);
    }

    @Test
    void anAttemptIsCountedOnce() {
        Admission admission = limiter.admit(ALICE, Optional.of(HOME)).join();
        for (int i = 0; i < 3 * FAILURES; i++) {
            admission.failed(Optional.empty());
        }

        assertThat(refusal(HOME, ALICE)).isEmpty();
    }

    @Test
    void exemptNetworksAndRequestsWithoutAClientAreNotCounted() {
        for (Optional<String> address : List.of(Optional.of("127.0.0.1"), Optional.of("::1"), Optional.<String>empty())) {
            for (int i = 0; i < 3 * FAILURES; i++) {
                limiter.admit(ALICE, address).join().failed(Optional.empty());
            }
            assertThat(limiter.admit(ALICE, address).join().kind()).isEqualTo(Kind.ALLOWED);
        }
        assertThat(limiter.sizes()).containsExactly(0, 0, 0);
    }

    @Test
    void observeTellsWhatItWouldRefuse() {
        limiter = limiter(SETTINGS.with(Mode.OBSERVE));

        guess(HOME, ALICE, FAILURES + 1);

        assertThat(told.refused).containsExactly("NETWORK 192.0.2.7/32 observed");
        assertThat(limiter.admit(ALICE, Optional.of(HOME)).join().kind()).isEqualTo(Kind.ALLOWED);
    }

    @Test
    void offCountsNothing() {
        limiter = limiter(SETTINGS.with(Mode.OFF));

        guess(HOME, ALICE, 3 * FAILURES);

        assertThat(limiter.admit(ALICE, Optional.of(HOME)).join().kind()).isEqualTo(Kind.ALLOWED);
    }

    @Test
    void aBlockCanBeLifted() {
        guess(HOME, ALICE, FAILURES);
        assertThat(limiter.blocks()).hasSize(1);

        assertThat(limiter.lift("192.0.2.0/24")).hasSize(1);

        assertThat(limiter.blocks()).isEmpty();
        assertThat(refusal(HOME, ALICE)).isEmpty();
        assertThat(told.lifted).hasSize(1);
    }

    private GuessLimiter limiter(BruteForceSettings settings) {
        return new GuessLimiter(settings, InstallationSecret.of(new byte[32]), clock, told);
    }

    private Optional<Block> refusal(String address, String user) {
        return limiter.refusal(Optional.of(user), Optional.of(address));
    }

    private Duration length(String address) {
        return Duration.between(clock.instant(), refusal(address, ALICE).orElseThrow().until());
    }

    private void logIn(String address, String user) {
        limiter.admit(user, Optional.of(address)).join().succeeded();
    }

    private void guess(String address, String user, int times) {
        for (int i = 0; i < times; i++) {
            fail(address, user, "guess " + i + " at " + clock.instant());
        }
    }

    private void fail(String address, String user, String password) {
        limiter.admit(user, Optional.of(address)).join().failed(Optional.of(password.getBytes(StandardCharsets.UTF_8)));
    }

    private static final class Told implements BlockListener {
        private final List<Block> blocked = new ArrayList<>();
        private final List<Block> lifted = new ArrayList<>();
        private final List<String> refused = new ArrayList<>();
        private int sameAgain;

        @Override
        public void blocked(Block block) {
            blocked.add(block);
        }

        @Override
        public void lifted(Block block) {
            lifted.add(block);
        }

        @Override
        public void refused(Block block, String user, Network network, boolean isObserved) {
            refused.add(block.subject() + " " + network + (isObserved ? " observed" : ""));
        }

        @Override
        public void sameAgain() {
            sameAgain++;
        }
    }
}
