package org.smtpguard.bruteforce;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * A bounded hash table of {@link Counter}s. Where it is full the one that was used longest ago makes place, unless it must be kept; if all
 * must be kept, those that have no place share one. Not safe for concurrent use.
 */
final class CounterTable {
    private static final int FIRST_BUCKETS = 1024;
    /** How many that must be kept are passed over in the search for one that makes place. */
    private static final int SEARCH_LIMIT = 16;

    private final int limit;
    private final Predicate<Counter> mustBeKept;
    private final Counter shared = new Counter(0);
    /** Ends of the list in the order of use. */
    private final Counter ends = new Counter(0);
    private Counter[] buckets = new Counter[FIRST_BUCKETS];
    private int size;
    private boolean isOverflowing;

    /** @param limit of the number of counters */
    CounterTable(int limit, Predicate<Counter> mustBeKept) {
        this.limit = limit;
        this.mustBeKept = mustBeKept;
        ends.older = ends;
        ends.newer = ends;
    }

    int size() {
        return size;
    }

    /** The counter of the key; null if it has none, and could have one of its own. */
    Counter find(long key) {
        Counter own = own(key);
        return own == null && isOverflowing ? shared : own;
    }

    private Counter own(long key) {
        for (Counter counter = buckets[bucket(key)]; counter != null; counter = counter.next) {
            if (counter.key == key) {
                return counter;
            }
        }
        return null;
    }

    /** The counter of the key, made if it has none. */
    Counter use(long key) {
        Counter counter = own(key);
        if (counter == null) {
            isOverflowing = size >= limit && !evict();
            if (isOverflowing) {
                return shared;
            }
            counter = insert(key);
        } else {
            unlink(counter);
        }
        link(counter);
        return counter;
    }

    void remove(Counter counter) {
        if (counter == shared) {
            return;
        }
        int bucket = bucket(counter.key);
        if (buckets[bucket] == counter) {
            buckets[bucket] = counter.next;
        } else {
            Counter before = buckets[bucket];
            while (before.next != counter) {
                before = before.next;
            }
            before.next = counter.next;
        }
        unlink(counter);
        size--;
        isOverflowing = false;
    }

    private Counter insert(long key) {
        if (size == buckets.length) {
            grow();
        }
        Counter counter = new Counter(key);
        int bucket = bucket(key);
        counter.next = buckets[bucket];
        buckets[bucket] = counter;
        size++;
        return counter;
    }

    private boolean evict() {
        return oldestThatMayGo().map(counter -> {
            remove(counter);
            return true;
        }).orElse(false);
    }

    private Optional<Counter> oldestThatMayGo() {
        for (int i = 0; i < SEARCH_LIMIT && ends.newer != ends; i++) {
            Counter oldest = ends.newer;
            if (!mustBeKept.test(oldest)) {
                return Optional.of(oldest);
            }
            unlink(oldest);
            link(oldest);
        }
        return Optional.empty();
    }

    private void link(Counter counter) {
        counter.newer = ends;
        counter.older = ends.older;
        ends.older.newer = counter;
        ends.older = counter;
    }

    private static void unlink(Counter counter) {
        counter.older.newer = counter.newer;
        counter.newer.older = counter.older;
    }

    private void grow() {
        Counter[] before = buckets;
        buckets = new Counter[before.length * 2];
        for (Counter first : before) {
            Counter counter = first;
            while (counter != null) {
                Counter following = counter.next;
                int bucket = bucket(counter.key);
                counter.next = buckets[bucket];
                buckets[bucket] = counter;
                counter = following;
            }
        }
    }

    /** Keys are keyed hashes: their bits are as good as random. */
    private int bucket(long key) {
        return (int) (key ^ key >>> Integer.SIZE) & buckets.length - 1;
    }
}
