package org.smtpguard.backend.ldap;

import java.time.Duration;

/** The time by which a directory has to have answered, in whatever number of steps. Immutable. */
final class LdapDeadline {
    private final long nanoTime;

    private LdapDeadline(long nanoTime) {
        this.nanoTime = nanoTime;
    }

    static LdapDeadline in(Duration time) {
        return new LdapDeadline(System.nanoTime() + time.toNanos());
    }

    /** The same, or earlier. */
    LdapDeadline within(Duration time) {
        LdapDeadline other = in(time);
        return other.nanoTime - nanoTime < 0 ? other : this;
    }

    /**
     * The time left in milliseconds, above zero: to the SDK, zero is no limit.
     *
     * @throws LdapUnavailableException if none is left; this says nothing about the directory, which was not queried
     */
    int millis() throws LdapUnavailableException {
        long left = left().toMillis();
        if (left <= 0) {
            throw LdapUnavailableException.notQueried("no time left to query the directory");
        }
        return (int) Math.min(left, Integer.MAX_VALUE);
    }

    /** The time left; negative when it has passed. */
    Duration left() {
        return Duration.ofNanos(nanoTime - System.nanoTime());
    }
}
