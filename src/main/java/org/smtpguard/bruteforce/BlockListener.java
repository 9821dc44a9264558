package org.smtpguard.bruteforce;

/** Told of what a {@link GuessLimiter} does. Called on the threads that call the limiter, outside of its lock; must not wait. */
public interface BlockListener {
    void blocked(Block block);

    /** An operator has lifted it. */
    void lifted(Block block);

    /** A log-in was refused, or would have been if the mode is observe. */
    void refused(Block block, String user, Network network, boolean isObserved);

    /** A failure was not counted, since the same password of the same user from the same network was counted before. */
    void sameAgain();
}
