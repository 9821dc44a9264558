package org.smtpguard.password;

import java.util.Optional;

/**
 * A valid stored hash. Immutable. {@code toString()} shows scheme and cost, never salt or hash.
 */
public interface PasswordHash {
    /** The scheme's name, such as {@code ARGON2ID}. */
    String scheme();

    /**
     * The parameters that determine the cost of a check, such as {@code m=19456,t=2,p=1}. Two hashes of one scheme with equal cost take the
     * same time to check.
     */
    String cost();

    /**
     * Checks a password, comparing in constant time. Takes tens of milliseconds of CPU time or more: never call it on an I/O thread.
     *
     * @param password UTF-8 octets of any length; neither stored nor changed
     */
    boolean matches(byte[] password);

    /** A hash that no password matches, with the same scheme and cost, so that a check takes the same time. */
    PasswordHash decoy();

    /**
     * The amount of work of a check, comparable only within one scheme, for {@link PasswordSchemes#isOutdated}. By default, hashes are
     * never outdated by others of the same scheme.
     */
    default long work() {
        return Long.MAX_VALUE;
    }

    /** The SCRAM keys, if the hash contains them. A {@link #decoy()} has none, since its salt may be a user's. */
    default Optional<ScramVerifier> scram() {
        return Optional.empty();
    }

    /** Why the hash may have been damaged, as a clause without any part of it; the hash is used nevertheless. */
    default Optional<String> doubt() {
        return Optional.empty();
    }
}
