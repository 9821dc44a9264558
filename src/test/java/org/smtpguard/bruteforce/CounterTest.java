package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CounterTest {
    private static final int LIMIT = 5;
    private static final int ALICE = 1 << 16;
    private static final int BOB = 0xFFFF << 16;

    private final Counter counter = new Counter(7);

    @ParameterizedTest
    @ValueSource(ints = {1, 200, 250, 1_000, 500_000_000})
    void eachFailureIsForgottenSixtySlotsAfterIt(int start) {
        counter.age(start);
        counter.add(ALICE, LIMIT);
        counter.age(start + 10);
        counter.add(ALICE + 1, LIMIT);

        counter.age(start + 59);
        assertThat(counter.count()).isEqualTo(2);
        counter.age(start + 60);
        assertThat(counter.count()).isEqualTo(1);
        assertThat(counter.add(ALICE + 1, LIMIT)).as("the newer one is kept").isFalse();
        assertThat(counter.add(ALICE, LIMIT)).as("the older one is forgotten").isTrue();
        counter.age(start + 70);
        assertThat(counter.count()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 256, 257, 512, 1_000_000})
    void aPauseForgetsAll(int slots) {
        counter.age(100);
        counter.add(ALICE, LIMIT);

        counter.age(100 + slots);

        assertThat(counter.count()).isZero();
    }

    @Test
    void aTimeBeforeTheLastIsTakenForThat() {
        counter.age(100);
        counter.add(ALICE, LIMIT);
        counter.age(50);
        counter.add(ALICE + 1, LIMIT);

        counter.age(159);
        assertThat(counter.count()).isEqualTo(2);
        counter.age(160);
        assertThat(counter.count()).isZero();
    }

    @Test
    void theSameFailureCountsOnceHoweverManyThereAre() {
        for (int i = 0; i < LIMIT; i++) {
            assertThat(counter.add(ALICE + i, LIMIT)).isTrue();
            for (int j = 0; j <= i; j++) {
                assertThat(counter.add(ALICE + j, LIMIT)).isFalse();
            }
            assertThat(counter.count()).isEqualTo(i + 1);
        }
    }

    @Test
    void atTheLimitTheNewestReplacesTheOldest() {
        for (int i = 0; i < LIMIT; i++) {
            counter.age(10 + i);
            counter.add(ALICE + i, LIMIT);
        }
        counter.age(20);

        assertThat(counter.add(BOB, LIMIT)).isTrue();

        assertThat(counter.count()).isEqualTo(LIMIT);
        assertThat(counter.slotsUntilBelow(LIMIT)).as("until the second is forgotten").isEqualTo(60 - 9);
        assertThat(counter.add(ALICE + 1, LIMIT)).isFalse();
        assertThat(counter.add(ALICE, LIMIT)).as("the oldest").isTrue();
    }

    @Test
    void theFailuresOfOneUserAreForgivenAndThoseOfOthersAreNot() {
        counter.add(ALICE, LIMIT);
        counter.add(BOB, LIMIT);
        counter.add(ALICE + 1, LIMIT);

        assertThat(counter.forgive(1)).isEqualTo(2);

        assertThat(counter.count()).isEqualTo(1);
        assertThat(counter.add(BOB, LIMIT)).isFalse();
        assertThat(counter.forgive(1)).isZero();
        assertThat(counter.forgive(0xFFFF)).isEqualTo(1);
    }

    @Test
    void allFailuresOfOneUserAreForgivenAtTheLimit() {
        for (int i = 1; i <= LIMIT; i++) {
            counter.add(ALICE + i, LIMIT);
        }

        assertThat(counter.forgive(1)).isEqualTo(LIMIT);
    }

    @Test
    void withoutFingerprintsEachFailureCountsUpToTheLimit() {
        for (int i = 1; i <= LIMIT + 2; i++) {
            counter.age(10 * i);
            counter.add(LIMIT);
            assertThat(counter.count()).isEqualTo(Math.min(i, LIMIT));
        }
        assertThat(counter.slotsUntilBelow(LIMIT)).as("until the third is forgotten").isEqualTo(60 - 40);

        counter.age(90);

        assertThat(counter.count()).isEqualTo(LIMIT - 1);
    }

    @ParameterizedTest
    @CsvSource({"0, 3", "1, 2", "3, 0", "4, 0"})
    void soManyAreDropped(int number, int left) {
        counter.add(LIMIT);
        counter.add(LIMIT);
        counter.add(LIMIT);

        counter.drop(number);

        assertThat(counter.count()).isEqualTo(left);
    }

    @Test
    void itIsBelowTheLimitWhenAsManyAreForgottenAsAreTooMany() {
        for (int i = 0; i < 3; i++) {
            counter.age(10 * (i + 1));
            counter.add(LIMIT);
        }

        assertThat(counter.slotsUntilBelow(4)).isZero();
        assertThat(counter.slotsUntilBelow(3)).isEqualTo(40);
        assertThat(counter.slotsUntilBelow(2)).isEqualTo(50);
        assertThat(counter.slotsUntilBelow(1)).isEqualTo(60);
    }

    @Test
    void aBlockEndsAtItsTimeAndIsRememberedForAWhile() {
        counter.block(100);
        assertThat(counter.blockedUntil()).isEqualTo(100);
        assertThat(counter.isBlocked(99)).isTrue();
        assertThat(counter.isBlocked(100)).isFalse();
        assertThat(counter.blocks(109, 10)).isEqualTo(1);
        counter.block(150);
        assertThat(counter.blocks(159, 10)).isEqualTo(2);
        assertThat(counter.blocks(160, 10)).isZero();
        assertThat(counter.blocks(159, 10)).as("forgotten for good").isZero();
    }

    @Test
    void aLiftedBlockLeavesNothing() {
        counter.add(ALICE, LIMIT);
        counter.block(100);

        counter.unblock();

        assertThat(counter.isBlocked(0)).isFalse();
        assertThat(counter.blocks(0, 1_000)).isZero();
        assertThat(counter.count()).isZero();
    }

    @Test
    void attemptsThatAreMadeAreThoseThatBeganAndHaveNotEnded() {
        counter.began();
        counter.began();
        counter.ended();

        assertThat(counter.pending()).isEqualTo(1);
    }
}
