package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.smtpguard.bruteforce.Block.Subject;
import org.smtpguard.bruteforce.BruteForceSettings.NetworkLimit;
import org.smtpguard.bruteforce.BruteForceSettings.UserLimit;
import org.smtpguard.bruteforce.LoginCounts.News;
import org.smtpguard.bruteforce.LoginCounts.Place;

class LoginCountsTest {
    private static final int NETWORK_FAILURES = 3;
    private static final int USER_FAILURES = 5;
    private static final int DESCRIBED = 2;
    private static final BruteForceSettings SETTINGS = BruteForceSettings.defaults()
        .with(new NetworkLimit(NETWORK_FAILURES, Duration.ofHours(1), Duration.ofMinutes(5), Duration.ofMinutes(20)),
            new NetworkPrefixes(32, 64))
        .with(new UserLimit(USER_FAILURES, Duration.ofHours(24)));
    private static final int START = 1_000_000;
    /** The first 16 bits tell users of a network apart. */
    private static final long ALICE = 1L << 48;
    private static final long BOB = 2L << 48;
    private static final long CAROL = 3L << 48;
    private static final long DAVE = 4L << 48;
    private static final long EVE = 5L << 48;

    private final LoginCounts counts = counts(SETTINGS);
    private int fingerprint = 1;

    @Test
    void aBlockWhoseDescriptionWasDisplacedHoldsAndIsExplainedAndLifted() {
        fail(ALICE, 7, NETWORK_FAILURES);
        fail(BOB, 8, NETWORK_FAILURES);
        fail(CAROL, 9, NETWORK_FAILURES);

        assertThat(counts.blocks()).extracting(Block::network).containsExactlyInAnyOrder(Optional.of(network(8)), Optional.of(network(9)));
        assertThat(counts.refusal(login(BOB, 7))).hasValueSatisfying(block -> {
            assertThat(block.reason()).isEqualTo("too many failed log-ins");
            assertThat(block.network()).hasValue(network(7));
            assertThat(block.user()).isEmpty();
            assertThat(block.failures()).isEmpty();
            assertThat(block.until()).isEqualTo(LoginCounts.instant(START + 300));
        });
        assertThat(counts.blocksOf(network(7), 7)).hasSize(1);
        assertThat(counts.lift(network(7), 7)).extracting(Block::subject).containsExactly(Subject.NETWORK);
        assertThat(counts.refusal(login(BOB, 7))).isEmpty();
        assertThat(counts.blocksOf(network(7), 7)).isEmpty();
        assertThat(counts.lift(network(7), 7)).isEmpty();
    }

    @Test
    void aRestrictionWhoseDescriptionWasDisplacedIsExplainedAndLifted() {
        restrict(ALICE);
        fail(BOB, 8, NETWORK_FAILURES);
        fail(CAROL, 9, NETWORK_FAILURES);
        assertThat(counts.blocks()).extracting(Block::subject).doesNotContain(Subject.USER);

        assertThat(counts.blocksOf(ALICE, "alice")).extracting(Block::user).containsExactly(Optional.of("alice"));
        assertThat(counts.lift(ALICE, Optional.of("alice"))).extracting(Block::subject).containsExactly(Subject.USER);

        assertThat(counts.refusal(login(ALICE, 77))).isEmpty();
        assertThat(counts.blocksOf(ALICE, "alice")).isEmpty();
    }

    @Test
    void aBlockThatIsRenewedHasTheNewDescription() {
        fail(ALICE, 7, NETWORK_FAILURES);
        counts.at(START + 300);
        fail(ALICE, 7, 1);

        assertThat(counts.blocks()).extracting(Block::until).containsExactly(LoginCounts.instant(START + 300 + 600));
        assertThat(counts.refusal(login(BOB, 7))).map(Block::since).hasValue(LoginCounts.instant(START + 300));
    }

    @Test
    void aRestrictionLastsUntilFailuresAreForgotten() {
        for (int i = 0; i < USER_FAILURES; i++) {
            counts.at(START + i * 3_600);
            fail(ALICE, 100 + i, 1);
        }
        // 24 minutes are a slot: the first failure is forgotten with its slot.
        int end = START / 1_440 * 1_440 + 24 * 3_600;
        assertThat(counts.refusal(login(ALICE, 7))).map(Block::until).hasValue(LoginCounts.instant(end));

        counts.at(end - 1);
        assertThat(counts.refusal(login(ALICE, 7))).isPresent();
        assertThat(counts.sweep()).isEmpty();
        counts.at(end);
        assertThat(counts.refusal(login(ALICE, 7))).isEmpty();
        assertThat(counts.userFailures(ALICE)).isEqualTo(USER_FAILURES - 1);
        assertThat(counts.sweep()).extracting(Block::subject).containsExactly(Subject.USER);
        assertThat(counts.hasBlocks()).isFalse();
    }

    @Test
    void moreFailuresOfARestrictedUserAreNoFurtherBlock() {
        restrict(ALICE);

        assertThat(counts.fail(counts.place(login(ALICE, 200)), login(ALICE, 200), 77, Optional.empty()).blocks).isEmpty();
        assertThat(counts.userFailures(ALICE)).isEqualTo(USER_FAILURES);
    }

    @Test
    void aKnownUserIsCountedThereAlone() {
        counts.succeed(counts.place(login(ALICE, 7)), login(ALICE, 7));

        fail(ALICE, 7, NETWORK_FAILURES);

        assertThat(counts.refusal(login(ALICE, 7))).hasValueSatisfying(block -> {
            assertThat(block.subject()).isEqualTo(Subject.USER_AT_NETWORK);
            assertThat(block.network()).hasValue(network(7));
            assertThat(block.user()).hasValue("user1");
            assertThat(block.failures()).hasSize(NETWORK_FAILURES);
        });
        assertThat(counts.userFailures(ALICE)).isZero();
        assertThat(counts.networkFailures(7)).isZero();
        assertThat(counts.networkRefusal(login(ALICE, 7))).isEmpty();
        assertThat(counts.blocksOf(ALICE, "alice")).hasSize(1);
        assertThat(counts.blocksOf(BOB, "bob")).isEmpty();
    }

    @Test
    void aBlockOfANetworkIsNoneOfTheUserWhoFailedLast() {
        fail(ALICE, 7, NETWORK_FAILURES);

        assertThat(counts.blocksOf(ALICE, "alice")).isEmpty();
        assertThat(counts.lift(ALICE, Optional.of("alice"))).isEmpty();
        assertThat(counts.networkRefusal(login(BOB, 7))).map(Block::subject).hasValue(Subject.NETWORK);
    }

    @Test
    void aNetworkHasOneAttemptAtATimeWhereNoFailureIsLeft() {
        fail(ALICE, 7, NETWORK_FAILURES);
        counts.at(START + 300);
        assertThat(counts.busy(login(ALICE, 7))).isEmpty();

        Place place = begin(ALICE, 7);

        assertThat(counts.busy(login(BOB, 7))).map(counter -> counter.key).hasValue(7L);
        assertThat(ended(place)).containsEntry(7L, 1);
        assertThat(counts.busy(login(BOB, 7))).isEmpty();
    }

    @Test
    void aNetworkHasAsManyAttemptsAtATimeAsFailuresAreLeft() {
        fail(ALICE, 7, 1);
        Place first = begin(CAROL, 7);
        assertThat(counts.busy(login(DAVE, 7))).isEmpty();
        begin(DAVE, 7);

        assertThat(counts.busy(login(EVE, 7))).map(counter -> counter.key).hasValue(7L);
        assertThat(counts.busy(login(EVE, 8))).isEmpty();
        assertThat(ended(first)).containsEntry(7L, 1).containsEntry(CAROL, USER_FAILURES);
        counts.at(START + 3_600);
        begin(CAROL, 7);
        assertThat(counts.busy(login(EVE, 7))).as("the failure is forgotten").isEmpty();
    }

    @Test
    void aUserHasAsManyAttemptsAtATimeAsFailuresAreLeft() {
        fail(ALICE, 7, 2);
        counts.succeed(counts.place(login(ALICE, 99)), login(ALICE, 99));
        fail(ALICE, 7, 1);
        for (int i = 0; i < USER_FAILURES - counts.userFailures(ALICE); i++) {
            assertThat(counts.busy(login(ALICE, 100 + i))).isEmpty();
            begin(ALICE, 100 + i);
        }

        assertThat(counts.busy(login(ALICE, 200))).map(counter -> counter.key).hasValue(ALICE);
        assertThat(counts.busy(login(ALICE, 99))).as("a known network").isEmpty();
    }

    @Test
    void allThatWaitAreReleasedWhereLogInsAreRefused() {
        Place place = begin(ALICE, 7);
        fail(BOB, 7, NETWORK_FAILURES);
        restrict(ALICE);

        assertThat(ended(place).values()).allMatch(places -> places > 1_000_000);
    }

    @Test
    void aRightPasswordForgivesTheFailuresOfTheUserThere() {
        fail(ALICE, 7, 2);
        fail(ALICE, 8, 1);
        fail(BOB, 7, 1);
        counts.at(START + 300);

        assertThat(counts.succeed(counts.place(login(ALICE, 7)), login(ALICE, 7))).isEqualTo(News.KNOWN_NETWORK);

        assertThat(counts.networkFailures(7)).isEqualTo(1);
        assertThat(counts.userFailures(ALICE)).isEqualTo(1);
        assertThat(counts.userFailures(BOB)).isEqualTo(1);
        assertThat(counts.isKnown(login(ALICE, 7))).isTrue();
        assertThat(counts.knownNetworks(ALICE)).isEqualTo(1);
        assertThat(counts.knownUsers()).isEqualTo(1);
        assertThat(counts.succeed(counts.place(login(ALICE, 7)), login(ALICE, 7))).isEqualTo(News.NONE);
        fail(ALICE, 7, 1);
        assertThat(counts.succeed(counts.place(login(ALICE, 7)), login(ALICE, 7))).isEqualTo(News.FORGIVEN);
    }

    @Test
    void whatCountsNothingIsRemoved() {
        Place place = begin(ALICE, 7);
        counts.tidy(place);
        assertThat(counts.networks() + counts.users()).as("an attempt is being made").isEqualTo(2);

        ended(place);

        assertThat(counts.networks() + counts.users()).isZero();
    }

    @Test
    void whatCountsIsKept() {
        fail(ALICE, 7, 1);
        ended(begin(ALICE, 7));
        assertThat(counts.networks()).isEqualTo(1);
        assertThat(counts.users()).isEqualTo(1);

        fail(ALICE, 7, NETWORK_FAILURES - 1);
        counts.at(START + 3_600);
        ended(begin(ALICE, 7));
        assertThat(counts.networks()).as("blocks are remembered longer than failures").isZero();

        counts.at(START + 7_200);
        fail(BOB, 8, NETWORK_FAILURES);
        counts.lift(network(8), 8);
        ended(begin(CAROL, 8));
        assertThat(counts.networks()).isZero();
        assertThat(counts.userFailures(BOB)).as("lifting a network forgets no failure of a user").isEqualTo(NETWORK_FAILURES);
    }

    @Test
    void failuresAreForgottenWithTime() {
        fail(ALICE, 7, 2);

        counts.at(START + 3_600);
        assertThat(counts.networkFailures(7)).isZero();
        assertThat(counts.userFailures(ALICE)).isEqualTo(2);
        assertThat(counts.networkFailures(8)).isZero();
        counts.at(START + 24 * 3_600);
        assertThat(counts.userFailures(ALICE)).isZero();
    }

    @Test
    void theFailuresOfAUserAndOfARangeAreShown() {
        fail(ALICE, 7, 2);
        fail(BOB, 8, 1);

        assertThat(counts.failuresOf(ALICE)).hasSize(2);
        assertThat(counts.failuresWithin(Network.parse("192.0.2.0/24").orElseThrow())).hasSize(3);
        assertThat(counts.failuresWithin(network(8))).extracting(FailedAttempt::time).containsExactly(LoginCounts.instant(START));
    }

    @Test
    void aBlockIsNotLongerThanTheLongest() {
        LoginCounts long1 = counts(SETTINGS.with(new NetworkLimit(1, Duration.ofHours(1), Duration.ofDays(3), Duration.ofDays(30)),
            new NetworkPrefixes(32, 64)));
        int now = START;
        for (int days : new int[] {3, 6, 12, 24, 30, 30}) {
            long1.at(now);
            Block block = long1.fail(long1.place(login(ALICE, 7)), login(ALICE, 7), fingerprint++, Optional.empty()).blocks.get(0);
            assertThat(Duration.between(block.since(), block.until())).hasDays(days);
            now += days * 86_400;
        }
    }

    @Test
    void veryManyBlocksAreNotLongerThanTheLongest() {
        int now = START;
        for (int i = 0; i < 80; i++) {
            counts.at(now);
            fail(ALICE, 7, i == 0 ? NETWORK_FAILURES : 1);
            int until = LoginCounts.time(counts.refusal(login(BOB, 7)).orElseThrow().until());
            assertThat(until - now).isEqualTo(Math.min(1_200, 300 << Math.min(i, 2)));
            now = until;
        }
    }

    @Test
    void timesAreSecondsOf2026() {
        assertThat(LoginCounts.time(LoginCounts.EPOCH)).isZero();
        assertThat(LoginCounts.time(LoginCounts.EPOCH.minusSeconds(5))).isZero();
        assertThat(LoginCounts.time(LoginCounts.EPOCH.plusSeconds(5))).isEqualTo(5);
        assertThat(LoginCounts.time(LoginCounts.EPOCH.plusSeconds(1L << 40))).isEqualTo(Integer.MAX_VALUE);
        assertThat(LoginCounts.instant(5)).isEqualTo(LoginCounts.EPOCH.plusSeconds(5));
    }

    private static LoginCounts counts(BruteForceSettings settings) {
        LoginCounts made = new LoginCounts(settings, DESCRIBED);
        made.at(START);
        return made;
    }

    /** Failures from as many networks. */
    private void restrict(long user) {
        for (int i = 0; i < USER_FAILURES; i++) {
            fail(user, 100 + i, 1);
        }
    }

    private void fail(long user, int network, int times) {
        for (int i = 0; i < times; i++) {
            Login login = login(user, network);
            int guess = login.userPart() << 16 | fingerprint++;
            assertThat(counts.fail(counts.place(login), login, guess, Optional.empty()).isCounted).isTrue();
        }
    }

    private Place begin(long user, int network) {
        Place place = counts.place(login(user, network));
        counts.begin(place);
        return place;
    }

    private Map<Long, Integer> ended(Place place) {
        Map<Long, Integer> places = new HashMap<>();
        counts.end(place, places::put);
        return places;
    }

    private static Login login(long user, int network) {
        return new Login(Optional.of("user" + (user >>> 48)), network(network), user, network, user + network);
    }

    private static Network network(int number) {
        return Network.parse("192.0.2." + number).orElseThrow();
    }
}
