package org.smtpguard.password;

import java.util.Optional;

/**
 * One stored hash, read and found to be usable. Immutable. Its text form shows scheme and cost, never salt or hash.
 */
public interface PasswordHash {
    /** The scheme's name, such as {@code ARGON2ID}. */
    String scheme();

    /**
     * The parameters that decide what a check costs, such as {@code m=19456,t=2,p=1}. Two hashes of one scheme with
     * equal cost take the same time to check.
     */
    String cost();

    /**
     * Checks a password, in constant time as far as the hash goes. Burns the CPU for tens of milliseconds or more:
     * never to be called on an I/O thread.
     *
     * @param password UTF-8 octets, any length; neither kept nor changed
     */
    boolean matches(byte[] password);

    /** A hash of the same scheme and cost that no password matches: checking it costs what checking this one costs. */
    PasswordHash decoy();

    /**
     * How much a check is to compute, comparable within one scheme alone: {@link PasswordSchemes#isOutdated} goes by it.
     * Who does not say is never outdated by another hash of the same scheme.
     */
    default long work() {
        return Long.MAX_VALUE;
    }

    /** The keys for SCRAM, where the hash holds them. A {@link #decoy()} holds none: its salt may be a user's. */
    default Optional<ScramVerifier> scram() {
        return Optional.empty();
    }

    /** Why the hash may not be what it was when it was made, as a clause without any part of it; it counts nevertheless. */
    default Optional<String> doubt() {
        return Optional.empty();
    }
}
