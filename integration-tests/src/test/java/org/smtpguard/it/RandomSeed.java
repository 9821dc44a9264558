package org.smtpguard.it;

import java.util.concurrent.ThreadLocalRandom;

/** Where tests with random input begin, unless each is told its own: at the seed of the build, or anywhere where the build names none. */
public final class RandomSeed {
    private static final long BOUND = 1_000_000_000L;

    private RandomSeed() {
    }

    public static long ofTheBuild() {
        // Empty in the profile "full": no number, therefore none.
        return Long.getLong("smtpguard.seed", ThreadLocalRandom.current().nextLong(BOUND));
    }
}
