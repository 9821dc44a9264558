package org.smtpguard.backend.ldap;

import java.time.Duration;

/** Until when a directory has to have answered, however many steps that takes. Immutable. */
final class LdapDeadline {
    private final long nanoTime;

    private LdapDeadline(long nanoTime) {
        this.nanoTime = nanoTime;
    }

    static LdapDeadline in(Duration time) {
        return new LdapDeadline(System.nanoTime() + time.toNanos());
    }

    /** The same, or sooner. */
    LdapDeadline within(Duration time) {
        LdapDeadline other = in(time);
        return other.nanoTime - nanoTime < 0 ? other : this;
    }

    /**
     * What is left, in milliseconds, above zero: to the SDK, zero is no limit.
     *
     * @throws LdapUnavailableException if nothing is left: the directory has not been asked, and nothing is said about it
     */
    int millis() throws LdapUnavailableException {
        long left = left().toMillis();
        if (left <= 0) {
            throw LdapUnavailableException.notQueried("no time left to ask the directory");
        }
        return (int) Math.min(left, Integer.MAX_VALUE);
    }

    /** What is left; below zero when it has passed. */
    Duration left() {
        return Duration.ofNanos(nanoTime - System.nanoTime());
    }
}
