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
}
