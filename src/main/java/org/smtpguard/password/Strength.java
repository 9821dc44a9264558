package org.smtpguard.password;

/** What somebody who has stolen the hashes needs to find a password, from little to much. */
public enum Strength {
    /** Nothing: the password stands there. */
    OPEN,
    /** A digest or a little more: billions of guesses a second on one graphics card. */
    FAST,
    /** Many rounds: slow to guess, and yet cheap to build machines for. */
    SLOW,
    /** Many rounds and much memory. */
    MEMORY_HARD
}
