package org.smtpguard.password;

/** The effort to recover a password from a stolen hash, in ascending order. */
public enum Strength {
    /** None: the password itself is stored. */
    OPEN,
    /** A digest, or slightly more: billions of guesses per second on one graphics card. */
    FAST,
    /** Many rounds: slow to guess, but cheap to parallelise. */
    SLOW,
    /** Many rounds and much memory. */
    MEMORY_HARD
}
