package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnownNetworksTest {
    private static final int LIMIT = 3_000;
    private static final int KEEP = 800;
    private static final long ALICE = 1;
    private static final long HOME = 11;
    private static final long OFFICE = 12;

    private final KnownNetworks known = new KnownNetworks(LIMIT, KEEP);

    @Test
    void aNetworkIsKnownAsLongAsItIsKept() {
        known.add(ALICE, HOME, 1_000);

        assertThat(known.has(ALICE, HOME, 1_000 + KEEP)).isTrue();
        assertThat(known.has(ALICE, HOME, 1_001 + KEEP)).isFalse();
        assertThat(known.has(ALICE, OFFICE, 1_000)).isFalse();
        assertThat(known.has(2, HOME, 1_000)).isFalse();
    }

    @Test
    void theNetworksThatAreStillKnownAreCounted() {
        known.add(ALICE, HOME, 1_000);
        known.add(ALICE, OFFICE, 1_100);

        assertThat(known.count(ALICE, 1_000 + KEEP)).isEqualTo(2);
        assertThat(known.count(ALICE, 1_001 + KEEP)).isEqualTo(1);
        assertThat(known.count(2, 1_000)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1000, false", "1100, false", "1101, true", "900, false"})
    void aLogInIsNewsIfTheLastOneIsAnEighthOfTheTimeAgo(int now, boolean isNews) {
        assertThat(known.add(ALICE, HOME, 1_000)).as("the first").isTrue();

        assertThat(known.add(ALICE, HOME, now)).isEqualTo(isNews);
    }

    @Test
    void aLogInOfBeforeDoesNotShortenTheTime() {
        known.add(ALICE, HOME, 1_000);
        known.add(ALICE, HOME, 500);

        assertThat(known.has(ALICE, HOME, 1_000 + KEEP)).isTrue();
    }

    @Test
    void aNewNetworkReplacesTheOneUsedLongestAgo() {
        for (int network = 1; network <= KnownNetworks.NETWORKS_OF_A_USER; network++) {
            known.add(ALICE, network, 1_000 + network);
        }
        known.add(ALICE, 1, 1_100);
        known.add(ALICE, 16, 1_101);

        assertThat(known.add(ALICE, 17, 1_010)).isTrue();

        assertThat(known.has(ALICE, 2, 1_100)).as("used longest ago").isFalse();
        assertThat(known.has(ALICE, 1, 1_100)).isTrue();
        assertThat(known.has(ALICE, 16, 1_100)).isTrue();
        assertThat(known.has(ALICE, 17, 1_010 + KEEP)).isTrue();
        assertThat(known.has(ALICE, 17, 1_011 + KEEP)).isFalse();
        assertThat(known.count(ALICE, 1_100)).isEqualTo(KnownNetworks.NETWORKS_OF_A_USER);
    }

    @Test
    void aFullTableTakesNoNewUserAndLosesNone() {
        fill(1_000);

        assertThat(known.add(LIMIT + 1, HOME, 1_000 + KEEP)).isFalse();

        assertThat(known.users()).isEqualTo(LIMIT);
        assertThat(known.has(LIMIT + 1, HOME, 1_000)).isFalse();
        for (long user = 1; user <= LIMIT; user++) {
            assertThat(known.has(user, HOME, 1_000)).isTrue();
        }
        assertThat(known.add(ALICE, OFFICE, 1_000)).as("a new network of a user who has an entry").isTrue();
    }

    @Test
    void aFullTableMakesPlaceForNewUsersByThoseWhoseTimeIsOver() {
        fill(1_000);
        for (long user = 1; user <= LIMIT; user += 2) {
            known.add(user, OFFICE, 1_500);
        }

        assertThat(known.add(LIMIT + 1, HOME, 1_001 + KEEP)).isTrue();

        assertThat(known.users()).isEqualTo(LIMIT / 2 + 1);
        for (long user = 1; user <= LIMIT; user++) {
            assertThat(known.has(user, OFFICE, 1_500)).isEqualTo(user % 2 == 1);
            assertThat(known.has(user, HOME, 1_000)).isEqualTo(user % 2 == 1);
        }
    }

    @Test
    void aTableThatIsFullOfUsersWhoAreNeededIsSearchedSeldom() {
        fill(1_000);
        assertThat(known.add(LIMIT + 1, HOME, 1_701)).as("searched").isFalse();

        assertThat(known.add(LIMIT + 1, HOME, 1_800)).as("too early").isFalse();
        assertThat(known.add(LIMIT + 1, HOME, 1_801)).as("an eighth of the time later").isTrue();
    }

    private void fill(int time) {
        for (long user = 1; user <= LIMIT; user++) {
            assertThat(known.add(user, HOME, time)).isTrue();
        }
    }
}
