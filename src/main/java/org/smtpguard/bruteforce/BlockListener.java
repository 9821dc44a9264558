package org.smtpguard.bruteforce;

/** Told of what a {@link GuessLimiter} does. Called on the threads that call the limiter, outside of its lock; must not wait. */
public interface BlockListener {
    /** @param isEnforced false if the mode is observe, and no log-in is refused */
    void blocked(Block block, boolean isEnforced);

    /** @param byOperator false if its time is over */
    void unblocked(Block block, boolean byOperator);

    /** A log-in was refused, or would have been if the mode is observe. */
    void refused(Block block, String user, Network network, boolean isEnforced);

    /** A failure was not counted, since the same password of the same user from the same network was counted before. */
    void sameAgain();

    /** Another server of the cluster has another installation secret, so that what it counts cannot be used here. */
    void secretsDiffer();
}
