package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.Test;

class CounterTableTest {
    private static final int LIMIT = 5_000;

    private final Set<Long> kept = new HashSet<>();
    private final CounterTable table = new CounterTable(LIMIT, counter -> kept.contains(counter.key));

    @Test
    void givesTheSameCounterForTheSameKey() {
        Counter counter = table.use(7);

        assertThat(table.use(7)).isSameAs(counter);
        assertThat(table.find(7)).isSameAs(counter);
        assertThat(table.find(8)).isNull();
    }

    @Test
    void theOneUsedLongestAgoMakesPlace() {
        for (long key = 1; key <= LIMIT; key++) {
            table.use(key);
        }
        table.use(1);

        table.use(LIMIT + 1);

        assertThat(table.size()).isEqualTo(LIMIT);
        assertThat(table.find(2)).isNull();
        assertThat(table.find(1)).isNotNull();
    }

    @Test
    void whatMustBeKeptIsKeptInAnyFlood() {
        for (long key = 1; key <= LIMIT / 2; key++) {
            kept.add(key);
            table.use(key);
        }

        for (long key = 1_000_000; key < 1_100_000; key++) {
            table.use(key);
        }

        assertThat(kept).allMatch(key -> table.find(key) != null);
        assertThat(table.size()).isLessThanOrEqualTo(LIMIT);
    }

    @Test
    void whereAllMustBeKeptTheOthersShareOne() {
        for (long key = 1; key <= LIMIT; key++) {
            kept.add(key);
            table.use(key);
        }

        assertThat(table.use(1_000_001)).isSameAs(table.use(1_000_002)).isSameAs(table.find(1_000_003));
        assertThat(table.size()).isEqualTo(LIMIT);
    }

    @Test
    void whereThereIsPlaceAgainEachHasItsOwn() {
        for (long key = 1; key <= LIMIT; key++) {
            kept.add(key);
            table.use(key);
        }
        table.use(1_000_001);

        table.remove(table.find(1));

        assertThat(table.find(1_000_002)).isNull();
        assertThat(table.use(1_000_002)).isNotSameAs(table.use(1_000_003));
    }

    @Test
    void whatIsRemovedIsGone() {
        for (long key = 1; key <= 3_000; key++) {
            table.use(key);
        }

        for (long key = 1; key <= 3_000; key += 2) {
            table.remove(table.find(key));
        }

        assertThat(table.size()).isEqualTo(1_500);
        for (long key = 1; key <= 3_000; key++) {
            assertThat(table.find(key) == null).isEqualTo(key % 2 == 1);
        }
    }

    @Test
    void theOneThatMakesPlaceIsLookedForAmongTheSixteenUsedLongestAgo() {
        CounterTable small = new CounterTable(20, counter -> kept.contains(counter.key));
        for (long key = 1; key <= 20; key++) {
            small.use(key);
        }
        for (long key = 1; key <= 15; key++) {
            kept.add(key);
        }
        small.use(21);
        assertThat(small.find(16)).as("the sixteenth").isNull();

        // In the order of use: 17 to 20, 1 to 15, 21.
        for (long key = 17; key <= 20; key++) {
            kept.add(key);
        }
        Counter shared = small.use(22);

        assertThat(shared.key).isZero();
        assertThat(small.use(23)).as("those passed over are looked at last").isNotSameAs(shared);
        assertThat(small.find(21)).isNull();
        assertThat(small.size()).isEqualTo(20);
    }

    @Test
    void theSharedOneIsNotRemoved() {
        CounterTable small = new CounterTable(1, counter -> true);
        Counter own = small.use(1);
        Counter shared = small.use(2);

        small.remove(shared);

        assertThat(small.size()).isEqualTo(1);
        assertThat(small.find(1)).isSameAs(own);
        assertThat(small.find(2)).isSameAs(shared);
    }

    @Test
    void aTableWithoutRoomHasOnlyTheSharedOne() {
        CounterTable none = new CounterTable(0, counter -> false);

        assertThat(none.use(1)).isSameAs(none.use(2));
        assertThat(none.size()).isZero();
    }

    @Test
    void whatIsRemovedIsNotTheOldestAnyMore() {
        CounterTable small = new CounterTable(2, counter -> false);
        Counter first = small.use(1);
        small.use(2);
        small.remove(first);
        small.use(3);

        small.use(4);

        assertThat(small.find(2)).isNull();
        assertThat(small.find(3)).isNotNull();
        assertThat(small.find(4)).isNotNull();
    }
}
