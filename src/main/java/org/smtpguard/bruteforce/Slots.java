package org.smtpguard.bruteforce;

import java.time.Duration;

/** The time within which failures are counted, in {@link Counter#SLOTS} slots. Immutable. */
final class Slots {
    private final int seconds;

    Slots(Duration within) {
        this.seconds = (int) Math.max(1, (within.toSeconds() + Counter.SLOTS - 1) / Counter.SLOTS);
    }

    int slot(int time) {
        return time / seconds;
    }

    /** The begin of the slot, at which what was counted {@link Counter#SLOTS} slots before is forgotten. */
    int begin(int slot) {
        return slot * seconds;
    }
}
