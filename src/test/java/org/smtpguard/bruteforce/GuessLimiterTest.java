package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.bruteforce.Admission.Kind;
import org.smtpguard.bruteforce.BruteForceSettings.Mode;
import org.smtpguard.bruteforce.BruteForceSettings.NetworkLimit;
import org.smtpguard.bruteforce.BruteForceSettings.UserLimit;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.Origin;

class GuessLimiterTest {
    private static final String ALICE = "alice@example.org";
    private static final String BOB = "bob@example.org";
    private static final String HOME = "192.0.2.7";
    private static final int FAILURES = 4;
    private static final InstallationSecret SECRET = InstallationSecret.of(new byte[32]);
    private static final BruteForceSettings SETTINGS = BruteForceSettings.defaults()
        .with(new NetworkLimit(FAILURES, Duration.ofHours(1), Duration.ofMinutes(5), Duration.ofMinutes(20)), new NetworkPrefixes(32, 64));

    private final MovedClock clock = new MovedClock();
    private final Told told = new Told();
    private final Later later = new Later();
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
            attempts.add(limiter.admit("user" + i, from(HOME)));
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
            attempts.add(limiter.admit(ALICE, from(HOME)).join());
        }
        CompletableFuture<Admission> gone = limiter.admit(ALICE, from(HOME));
        CompletableFuture<Admission> next = limiter.admit(ALICE, from(HOME));

        gone.cancel(false);
        attempts.get(0).withdrawn();

        assertThat(next).isCompletedWithValueMatching(admission -> admission.kind() == Kind.ALLOWED);
    }

    @Test
    void thereIsABoundToThoseThatWait() {
        List<CompletableFuture<Admission>> attempts = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            attempts.add(limiter.admit(ALICE, from(HOME)));
        }

        assertThat(attempts.stream().filter(CompletableFuture::isDone).map(CompletableFuture::join)
            .filter(admission -> admission.kind() == Kind.OVERLOADED)).hasSizeGreaterThan(1_000);
        assertThat(limiter.admit(ALICE, from("192.0.2.8")).join().kind()).as("another network").isEqualTo(Kind.ALLOWED);
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
            limiter.admit(ALICE, from(HOME)).join().withdrawn();
        }

        assertThat(refusal(HOME, ALICE)).isEmpty();
        assertThat(limiter.networks() + limiter.users() + limiter.knownUsers()).isZero();
    }

    @Test
    void anAttemptIsCountedOnce() {
        Admission admission = limiter.admit(ALICE, from(HOME)).join();
        for (int i = 0; i < 3 * FAILURES; i++) {
            admission.failed(Optional.empty());
        }

        assertThat(refusal(HOME, ALICE)).isEmpty();
    }

    @Test
    void exemptNetworksAndRequestsWithoutAClientAreNotCounted() {
        for (Origin address : List.of(from("127.0.0.1"), from("::1"), Origin.byHand())) {
            for (int i = 0; i < 3 * FAILURES; i++) {
                limiter.admit(ALICE, address).join().failed(Optional.empty());
            }
            assertThat(limiter.admit(ALICE, address).join().kind()).isEqualTo(Kind.ALLOWED);
        }
        assertThat(limiter.networks() + limiter.users() + limiter.knownUsers()).isZero();
    }

    @Test
    void observeTellsWhatItWouldRefuse() {
        limiter = limiter(SETTINGS.with(Mode.OBSERVE));

        guess(HOME, ALICE, FAILURES + 1);

        assertThat(told.refused).containsExactly("NETWORK 192.0.2.7/32 observed");
        assertThat(limiter.admit(ALICE, from(HOME)).join().kind()).isEqualTo(Kind.ALLOWED);
    }

    @Test
    void offCountsNothing() {
        limiter = limiter(SETTINGS.with(Mode.OFF));

        guess(HOME, ALICE, 3 * FAILURES);

        assertThat(limiter.admit(ALICE, from(HOME)).join().kind()).isEqualTo(Kind.ALLOWED);
    }

    @Test
    void aBlockCanBeLifted() {
        guess(HOME, ALICE, FAILURES);
        assertThat(limiter.blocks()).hasSize(1);

        assertThat(limiter.lift(Network.parse("192.0.2.0/24").orElseThrow())).hasSize(1);

        assertThat(limiter.blocks()).isEmpty();
        assertThat(refusal(HOME, ALICE)).isEmpty();
        assertThat(told.unblocked).hasSize(1);
    }

    @Test
    void aBlockIsLiftedByAnyAddressOfTheNetworkThatIsCountedAsOne() {
        guess("2001:db8::7", ALICE, FAILURES);

        assertThat(limiter.lift(Network.parse("2001:db8::8").orElseThrow())).hasSize(1);

        assertThat(refusal("2001:db8::7", ALICE)).isEmpty();
    }

    @Test
    void allBlocksOfAUserAreLiftedAtOnceAndThoseOfOthersAreNot() {
        for (String network : List.of(HOME, "192.0.2.8")) {
            logIn(network, ALICE);
            guess(network, ALICE, FAILURES);
        }
        logIn(HOME, BOB);
        guess(HOME, BOB, FAILURES);

        assertThat(limiter.explainUser(ALICE).blocks()).hasSize(2);
        assertThat(limiter.lift(ALICE)).hasSize(2);

        assertThat(limiter.blocks()).extracting(Block::user).containsExactly(Optional.of(BOB));
        assertThat(refusal(HOME, ALICE)).isEmpty();
    }

    @Test
    void theCaseOfANameDoesNotMatter() {
        guess(HOME, "Alice@Example.org", FAILURES - 1);

        assertThat(limiter.explainUser(ALICE).failures()).hasValue(FAILURES - 1);
    }

    @Test
    void aBlockShowsTheFailuresThatLedToIt() {
        guess(HOME, ALICE, FAILURES - 1);
        guess(HOME, BOB, 1);

        assertThat(limiter.blocks().get(0).failures()).extracting(attempt -> attempt.user().orElseThrow() + " "
            + attempt.session().orElseThrow())
            .containsExactly(BOB + " session", ALICE + " session", ALICE + " session", ALICE + " session");
    }

    @Test
    void aNetworkBlockedByHandIsRefusedForKnownUsersAsWell() {
        logIn(HOME, ALICE);

        Block block = limiter.block(Network.parse("192.0.2.0/24").orElseThrow(), "spam since Friday", Duration.ofHours(1)).orElseThrow();

        assertThat(refusal(HOME, ALICE)).hasValueSatisfying(refusal -> assertThat(refusal.reason()).isEqualTo("spam since Friday"));
        assertThat(refusal("198.51.100.7", ALICE)).isEmpty();
        assertThat(limiter.blocks()).extracting(Block::isByHand, Block::until).containsExactly(tuple(true, block.until()));
        clock.forward(Duration.ofHours(1));
        assertThat(refusal(HOME, ALICE)).isEmpty();
    }

    @Test
    void aPartOfANetworkIsBlockedByHandAsAWhole() {
        Block block = limiter.block(Network.parse("2001:db8::7").orElseThrow(), "spam", Duration.ofHours(1)).orElseThrow();

        assertThat(block.network()).isEqualTo(Network.parse("2001:db8::/64"));
        assertThat(refusal("2001:db8::8", ALICE)).isPresent();
    }

    @Test
    void aUserBlockedByHandIsRefusedFromKnownNetworksAsWell() {
        logIn(HOME, ALICE);

        limiter.block(ALICE, "the password was in a leak", Duration.ofHours(1));

        assertThat(refusal(HOME, ALICE)).isPresent();
        assertThat(refusal(HOME, BOB)).isEmpty();
        assertThat(limiter.lift(ALICE)).hasSize(1);
        assertThat(refusal(HOME, ALICE)).isEmpty();
    }

    @Test
    void thereIsABoundToBlocksByHand() {
        for (int i = 0; i < BlocksByHand.LIMIT; i++) {
            assertThat(limiter.block("user" + i, "test", Duration.ofHours(1))).isPresent();
        }

        assertThat(limiter.block(ALICE, "test", Duration.ofHours(1))).isEmpty();
        assertThat(limiter.block("user1", "again", Duration.ofHours(2))).as("one that replaces another").isPresent();
    }

    @Test
    void whatIsBlockedAndWhyIsExplainedByAddressAndByUser() {
        guess(HOME, ALICE, FAILURES);
        guess("198.51.100.7", BOB, 1);

        Explanation ofAddress = limiter.explainAddress(HOME).orElseThrow();
        Explanation ofUser = limiter.explainUser(BOB);

        assertThat(ofAddress.blocks()).hasSize(1);
        assertThat(ofAddress.recent()).hasSize(FAILURES);
        assertThat(ofAddress.failures().getAsInt() + " of " + ofAddress.limit()).isEqualTo("4 of 4 failed log-ins within 1 h");
        assertThat(ofUser.blocks()).isEmpty();
        assertThat(ofUser.recent()).hasSize(1);
        assertThat(ofUser.failures()).hasValue(1);
        assertThat(limiter.explainAddress("127.0.0.1").orElseThrow().isExempt()).isTrue();
        assertThat(limiter.explainAddress("mail.example.org")).isEmpty();
    }

    @Test
    void aRangeOfNetworksIsExplainedByThoseInIt() {
        guess(HOME, ALICE, FAILURES);
        guess("192.0.2.8", BOB, 1);
        limiter.block(Network.parse("192.0.2.16/28").orElseThrow(), "scans", Duration.ofHours(1));

        Explanation range = limiter.explainAddress("192.0.2.0/24").orElseThrow();

        assertThat(range.blocks()).extracting(block -> block.network().orElseThrow().toString())
            .containsExactlyInAnyOrder("192.0.2.7/32", "192.0.2.16/28");
        assertThat(range.recent()).hasSize(FAILURES + 1);
        assertThat(range.failures()).as("each network has its own count").isEmpty();
    }

    @Test
    void theNetworksFromWhichAUserHasLoggedInAreCounted() {
        logIn(HOME, ALICE);
        clock.forward(Duration.ofDays(20));
        logIn("192.0.2.8", ALICE);
        logIn("192.0.2.9", ALICE);

        assertThat(limiter.explainUser(ALICE).knownNetworks()).isEqualTo(3);
        clock.forward(Duration.ofDays(20));
        assertThat(limiter.explainUser(ALICE).knownNetworks()).isEqualTo(2);
        assertThat(limiter.explainUser(BOB).knownNetworks()).isZero();
    }

    @Test
    void theEndOfABlockIsToldOnce() {
        guess(HOME, ALICE, FAILURES);
        clock.forward(Duration.ofMinutes(5).minusSeconds(1));
        assertThat(later.runAll()).as("one look at all blocks").isEqualTo(1);
        assertThat(told.unblocked).isEmpty();

        clock.forward(Duration.ofSeconds(1));
        assertThat(later.runAll()).as("as long as there are blocks").isEqualTo(1);

        assertThat(told.unblocked).containsExactly("NETWORK 192.0.2.7/32");
        assertThat(limiter.blocks()).isEmpty();
        assertThat(later.runAll()).as("where there is no block").isZero();
    }

    @Test
    void theEndOfABlockByHandIsToldAsWell() {
        limiter.block(ALICE, "leaked", Duration.ofHours(1));
        guess(HOME, BOB, FAILURES);

        clock.forward(Duration.ofHours(1));

        assertThat(later.runAll()).as("one look for both").isEqualTo(1);
        assertThat(told.unblocked).containsExactly("USER alice@example.org", "NETWORK 192.0.2.7/32");
    }

    @Test
    void whatIsBlockedAfterARestartIsToldWhenItEnds() {
        Kept log = new Kept();
        limiter = limiter(SETTINGS, log);
        guess(HOME, ALICE, FAILURES);
        later.tasks.clear();

        limiter = limiter(SETTINGS, log);
        limiter.start();
        assertThat(told.blocked).as("not told again").hasSize(1);
        clock.forward(Duration.ofMinutes(5));
        later.runAll();

        assertThat(told.unblocked).containsExactly("NETWORK 192.0.2.7/32");
    }

    @Test
    void aStartThatFindsNoBlocksLooksForNone() {
        limiter.start();

        assertThat(later.runAll()).isZero();
    }

    @Test
    void blocksOfOtherServersAreToldAsTheyHappen() {
        Kept log = new Kept();
        limiter = limiter(SETTINGS, log);
        limiter.start();
        GuessLimiter other = limiter(SETTINGS, log);
        other.start();

        other.block(ALICE, "leaked", Duration.ofHours(1));
        other.lift(ALICE);

        assertThat(told.blocked).as("there and here").containsExactly("USER alice@example.org", "USER alice@example.org");
        assertThat(told.unblocked).containsExactly("USER alice@example.org by operator", "USER alice@example.org by operator");
    }

    @Test
    void anEventOfAServerWhoseClockIsAheadHappensNow() {
        Kept log = new Kept();
        limiter = limiter(SETTINGS, log);
        limiter.start();
        MovedClock ahead = new MovedClock();
        ahead.forward(Duration.ofHours(2));
        GuessLimiter other = new GuessLimiter(SETTINGS, SECRET, ahead, new NoListener(), log, later);
        for (int i = 0; i < FAILURES; i++) {
            other.admit("user" + i, from(HOME)).join().failed(Optional.empty());
        }

        assertThat(refusal(HOME, ALICE)).hasValueSatisfying(block ->
            assertThat(block.until()).isEqualTo(clock.instant().plus(Duration.ofMinutes(5))));
    }

    @Test
    void anotherInstallationSecretIsToldOnceAndItsEventsAreIgnored() {
        Kept log = new Kept();
        limiter = limiter(SETTINGS, log);
        limiter.start();
        byte[] octets = new byte[32];
        octets[0] = 1;
        GuessLimiter other = new GuessLimiter(SETTINGS, InstallationSecret.of(octets), clock, new NoListener(), log, later);

        other.block(ALICE, "leaked", Duration.ofHours(1));
        other.block(BOB, "leaked", Duration.ofHours(1));

        assertThat(told.secretsDiffer).isEqualTo(1);
        assertThat(limiter.blocks()).isEmpty();
    }

    @Test
    void theLogIsClosedAndItsProblemIsTold() {
        Kept log = new Kept();
        limiter = limiter(SETTINGS, log);
        assertThat(limiter.problem()).isEmpty();
        log.problem = Optional.of("the disk is full");

        assertThat(limiter.problem()).hasValue("the disk is full");
        assertThat(log.isClosed).isFalse();
        limiter.close();
        assertThat(log.isClosed).isTrue();
    }

    @Test
    void aUserWithTooManyFailuresIsAdmittedFromKnownNetworksAlone() {
        limiter = limiter(SETTINGS.with(new UserLimit(FAILURES, Duration.ofHours(24))));
        logIn(HOME, ALICE);
        for (int i = 0; i < FAILURES; i++) {
            assertThat(refusal("198.51.100.7", ALICE)).isEmpty();
            guess("203.0.113." + i, ALICE, 1);
        }

        assertThat(refusal("198.51.100.7", ALICE)).hasValueSatisfying(block -> {
            assertThat(block.subject()).isEqualTo(Block.Subject.USER);
            assertThat(block.network()).isEmpty();
            assertThat(block.user()).hasValue(ALICE);
            assertThat(block.reason()).isEqualTo("4 failed log-ins within 1 d");
            assertThat(block.until()).isEqualTo(clock.instant().plus(Duration.ofHours(24)));
            assertThat(block.failures()).hasSize(FAILURES);
        });
        assertThat(refusal(HOME, ALICE)).isEmpty();
        assertThat(refusal("198.51.100.7", BOB)).isEmpty();
        assertThat(told.blocked).containsExactly("USER alice@example.org");
    }

    @Test
    void noMoreAttemptsForAUserAreMadeAtATimeThanFailuresAreLeft() {
        limiter = limiter(SETTINGS.with(new UserLimit(2, Duration.ofHours(24))));
        logIn(HOME, ALICE);
        List<CompletableFuture<Admission>> attempts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            attempts.add(limiter.admit(ALICE, from("203.0.113." + i)));
        }
        assertThat(attempts).extracting(CompletableFuture::isDone).containsExactly(true, true, false, false);
        assertThat(limiter.admit(ALICE, from(HOME))).as("a known network").isCompleted();

        attempts.get(0).join().withdrawn();
        assertThat(attempts).extracting(CompletableFuture::isDone).containsExactly(true, true, true, false);
        attempts.get(1).join().failed(Optional.empty());
        attempts.get(2).join().failed(Optional.empty());

        assertThat(attempts.get(3).join().block()).map(Block::subject).hasValue(Block.Subject.USER);
    }

    @Test
    void anAttemptThatWaitedAndIsAdmittedTooLateTakesNoPlace() {
        List<Admission> attempts = new ArrayList<>();
        for (int i = 0; i < FAILURES; i++) {
            attempts.add(limiter.admit(ALICE, from(HOME)).join());
        }
        CompletableFuture<Admission> late = limiter.admit(ALICE, from(HOME));
        late.complete(Admission.overloaded());

        attempts.forEach(Admission::withdrawn);

        assertThat(limiter.networks() + limiter.users()).isZero();
    }

    @Test
    void beforeTheUserIsKnownTheNetworkAloneDecides() {
        logIn(HOME, ALICE);
        Origin home = from(HOME);
        assertThat(limiter.refusal(Optional.empty(), home)).isEmpty();
        guess(HOME, ALICE, FAILURES);
        assertThat(limiter.refusal(Optional.empty(), home)).as("a block of one user there").isEmpty();

        guess(HOME, BOB, FAILURES);

        assertThat(limiter.refusal(Optional.empty(), home)).map(Block::subject).hasValue(Block.Subject.NETWORK);
        assertThat(limiter.refusal(Optional.empty(), from("127.0.0.1"))).isEmpty();
        assertThat(told.refused).containsExactly("NETWORK 192.0.2.7/32");
    }

    @Test
    void aNetworkBlockedByHandIsRefusedBeforeTheUserIsKnown() {
        limiter.block(Network.parse(HOME).orElseThrow(), "spam", Duration.ofHours(1));

        assertThat(limiter.refusal(Optional.empty(), from(HOME))).map(Block::reason).hasValue("spam");
        assertThat(limiter.refusal(Optional.empty(), from("192.0.2.8"))).isEmpty();
    }

    @Test
    void nothingIsRefusedWhereBlocksAreOnlyObserved() {
        limiter = limiter(SETTINGS.with(Mode.OBSERVE));
        for (int i = 0; i < 3 * FAILURES; i++) {
            assertThat(limiter.admit(ALICE, from(HOME))).as("none waits").isCompleted();
        }
        guess(HOME, ALICE, FAILURES);

        assertThat(refusal(HOME, ALICE)).isEmpty();
        assertThat(told.blocked).containsExactly("NETWORK 192.0.2.7/32 observed");
        assertThat(limiter.mode()).isEqualTo(Mode.OBSERVE);
    }

    @ParameterizedTest
    @CsvSource({"ENFORCE, 192.0.2.7, 2", "ENFORCE, 127.0.0.1, 0", "OBSERVE, 192.0.2.7, 0", "OFF, 192.0.2.7, 0"})
    void repliesToFailuresThatCountAreDelayedWhereBlocksAreEnforced(Mode mode, String address, int seconds) {
        limiter = limiter(SETTINGS.delayingFailures(Duration.ofSeconds(2)).with(mode));

        assertThat(limiter.failureDelay(from(address))).hasSeconds(seconds);
    }

    @Test
    void aPasswordThatWasCountedBeforeTheBlockIsTheSameAfterIt() {
        guess(HOME, ALICE, FAILURES);
        clock.forward(Duration.ofMinutes(5));
        String first = "guess 0 at " + clock.instant().minus(Duration.ofMinutes(5));

        fail(HOME, ALICE, first);

        assertThat(told.sameAgain).isEqualTo(1);
        assertThat(refusal(HOME, ALICE)).isEmpty();
    }

    @Test
    void aRightPasswordAfterABlockForgivesAllFailuresOfTheUser() {
        guess(HOME, ALICE, FAILURES);
        clock.forward(Duration.ofMinutes(5));

        logIn(HOME, ALICE);

        assertThat(limiter.explainAddress(HOME).orElseThrow().failures()).hasValue(0);
        assertThat(limiter.explainUser(ALICE).failures()).hasValue(0);
    }

    @Test
    void blocksAreListedNewestFirst() {
        for (int i = 1; i <= 3; i++) {
            guess("192.0.2." + i, ALICE, FAILURES);
            clock.forward(Duration.ofSeconds(1));
        }

        assertThat(limiter.blocks()).extracting(block -> block.network().orElseThrow().toString())
            .containsExactly("192.0.2.3/32", "192.0.2.2/32", "192.0.2.1/32");
    }

    @Test
    void anOperatorWhoLiftsABlockIsTold() {
        guess(HOME, ALICE, FAILURES);

        limiter.lift(Network.parse(HOME).orElseThrow());

        assertThat(told.unblocked).containsExactly("NETWORK 192.0.2.7/32 by operator");
    }

    @Test
    void onlyANetworkThatBecomesKnownIsKeptLongNotWhatALogInForgives() {
        Kept log = new Kept();
        limiter = limiter(SETTINGS, log);

        logIn(HOME, ALICE);
        fail(HOME, ALICE, "mistyped");
        logIn(HOME, ALICE);
        logIn(HOME, ALICE);

        assertThat(log.lasting).as("known, failed, forgiven, nothing new").containsExactly(true, false, false);
    }

    private GuessLimiter limiter(BruteForceSettings settings) {
        return limiter(settings, EventLog.NONE);
    }

    private GuessLimiter limiter(BruteForceSettings settings, EventLog log) {
        return new GuessLimiter(settings, SECRET, clock, told, log, later);
    }

    private Optional<Block> refusal(String address, String user) {
        return limiter.refusal(Optional.of(user), from(address));
    }

    private Duration length(String address) {
        return Duration.between(clock.instant(), refusal(address, ALICE).orElseThrow().until());
    }

    private void logIn(String address, String user) {
        limiter.admit(user, from(address)).join().succeeded();
    }

    private void guess(String address, String user, int times) {
        for (int i = 0; i < times; i++) {
            fail(address, user, "guess " + i + " at " + clock.instant());
        }
    }

    private void fail(String address, String user, String password) {
        limiter.admit(user, from(address)).join().failed(Optional.of(password.getBytes(StandardCharsets.UTF_8)));
    }

    private static Origin from(String address) {
        return Origin.of("PLAIN", Optional.of(address), Optional.of("session"), true);
    }

    /** Tasks for later, which run when the test says so. */
    private static final class Later implements Executor {
        private final List<Runnable> tasks = new ArrayList<>();

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        int runAll() {
            List<Runnable> due = List.copyOf(tasks);
            tasks.clear();
            due.forEach(Runnable::run);
            return due.size();
        }
    }

    /** A log in memory; those who opened it hear of what is appended elsewhere. */
    private static final class Kept implements EventLog {
        private final List<String> lines = new ArrayList<>();
        private final List<Boolean> lasting = new ArrayList<>();
        private final List<Follower> followers = new ArrayList<>();
        private Optional<String> problem = Optional.empty();
        private boolean isClosed;

        @Override
        public void open(Follower follower) {
            lines.forEach(line -> follower.appended(line, true));
            followers.add(follower);
        }

        @Override
        public void append(String line, boolean isLasting) {
            lines.add(line);
            lasting.add(isLasting);
            if (!followers.isEmpty()) {
                followers.get(0).appended(line, false);
            }
        }

        @Override
        public Optional<String> problem() {
            return problem;
        }

        @Override
        public void close() {
            isClosed = true;
        }
    }

    private static final class Told implements BlockListener {
        private final List<String> blocked = new ArrayList<>();
        private final List<String> unblocked = new ArrayList<>();
        private final List<String> refused = new ArrayList<>();
        private int sameAgain;
        private int secretsDiffer;

        @Override
        public void blocked(Block block, boolean isEnforced) {
            blocked.add(name(block) + (isEnforced ? "" : " observed"));
        }

        @Override
        public void unblocked(Block block, boolean byOperator) {
            unblocked.add(name(block) + (byOperator ? " by operator" : ""));
        }

        @Override
        public void refused(Block block, String user, Network network, boolean isEnforced) {
            refused.add(block.subject() + " " + network + (isEnforced ? "" : " observed"));
        }

        @Override
        public void secretsDiffer() {
            secretsDiffer++;
        }

        @Override
        public void sameAgain() {
            sameAgain++;
        }

        private static String name(Block block) {
            return block.subject() + block.network().map(network -> " " + network).orElse("")
                + block.user().map(user -> " " + user).orElse("");
        }
    }
}
