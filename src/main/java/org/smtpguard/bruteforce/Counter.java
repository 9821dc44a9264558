package org.smtpguard.bruteforce;

import java.util.Arrays;

/**
 * The failed log-ins of one network, of one user, or of one user from a network that is known of them. Lives in a {@link CounterTable},
 * whose lock guards it. Small, since clients can make many: at most 200 octets with the default limits, its place in the table included.
 *
 * <p>A time is a number of seconds, or of slots: the time within which failures are counted has {@value #SLOTS} slots. A failure is a
 * fingerprint, whose upper half tells users apart, and its slot.
 */
final class Counter {
    static final int SLOTS = 60;
    private static final int USER_SHIFT = 16;
    private static final int SLOT_MASK = 0xFF;
    private static final int FIRST_LENGTH = 2;
    private static final int[] NO_FINGERPRINTS = {};
    private static final byte[] NO_SLOTS = {};

    final long key;
    /** The next in the same bucket of the table. */
    Counter next;
    /** The neighbours in the order of eviction. */
    Counter older;
    Counter newer;
    private int[] fingerprints = NO_FINGERPRINTS;
    private byte[] slots = NO_SLOTS;
    private int slot;
    private int blockedUntil;
    private short blocks;
    private short pending;
    private short count;

    Counter(long key) {
        this.key = key;
    }

    /** Drops what is older than the time within which failures are counted. A time before the last one is taken for that. */
    void age(int now) {
        if (now <= slot) {
            return;
        }
        if (now - slot >= SLOTS) {
            count = 0;
        } else {
            keep(i -> (now - slots[i] & SLOT_MASK) < SLOTS);
        }
        slot = now;
    }

    /**
     * Counts a failure; to be {@link #age aged} before. At the limit the newest replaces the oldest.
     *
     * @return false if the same is counted already
     */
    boolean add(int fingerprint, int limit) {
        for (int i = 0; i < count; i++) {
            if (fingerprints[i] == fingerprint) {
                return false;
            }
        }
        boolean isFull = count == limit;
        int at = place(limit);
        if (isFull) {
            System.arraycopy(fingerprints, 1, fingerprints, 0, limit - 1);
        } else {
            fingerprints = fingerprints.length == slots.length ? fingerprints : Arrays.copyOf(fingerprints, slots.length);
        }
        fingerprints[at] = fingerprint;
        return true;
    }

    /** Counts a failure of which no other is the same, in less space. */
    void add(int limit) {
        place(limit);
    }

    private int place(int limit) {
        if (count == limit) {
            System.arraycopy(slots, 1, slots, 0, limit - 1);
        } else {
            if (count == slots.length) {
                slots = Arrays.copyOf(slots, Math.min(limit, Math.max(FIRST_LENGTH, 2 * count)));
            }
            count++;
        }
        slots[count - 1] = (byte) slot;
        return count - 1;
    }

    /** Forgets the failures of one user. @return how many there were */
    int forgive(int user) {
        int before = count;
        keep(i -> fingerprints[i] >>> USER_SHIFT != user);
        return before - count;
    }

    private void keep(Wanted wanted) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (wanted.is(i)) {
                if (i < fingerprints.length) {
                    fingerprints[kept] = fingerprints[i];
                }
                slots[kept++] = slots[i];
            }
        }
        count = (short) kept;
    }

    /** Forgets so many, the newest first. */
    void drop(int number) {
        count = (short) Math.max(0, count - number);
    }

    int count() {
        return count;
    }

    /** In how many slots the failures will be fewer than the limit. */
    int slotsUntilBelow(int limit) {
        return count < limit ? 0 : SLOTS - (slot - slots[count - limit] & SLOT_MASK);
    }

    /** Blocks it until that time. */
    void block(int until) {
        blockedUntil = until;
        blocks++;
    }

    /** How often it has been blocked, if the last block has ended less than that time ago. */
    int blocks(int now, int memory) {
        if (blocks > 0 && now - blockedUntil >= memory) {
            blocks = 0;
        }
        return blocks;
    }

    void unblock() {
        blockedUntil = 0;
        blocks = 0;
        count = 0;
    }

    boolean isBlocked(int now) {
        return now < blockedUntil;
    }

    int blockedUntil() {
        return blockedUntil;
    }

    void began() {
        pending++;
    }

    void ended() {
        pending--;
    }

    int pending() {
        return pending;
    }

    private interface Wanted {
        boolean is(int index);
    }
}
