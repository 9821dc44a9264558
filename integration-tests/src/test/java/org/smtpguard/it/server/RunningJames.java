package org.smtpguard.it.server;

import java.net.InetSocketAddress;

/**
 * A James that was started from a home directory: as a process of its own, or in a container.
 */
interface RunningJames {
    InetSocketAddress address(Endpoint endpoint);

    String log();

    boolean isAlive();

    /** Gracefully. Returns when it is gone. */
    void stop();

    /** Ends it at once, where nothing is to be learnt from its end. */
    default void kill() {
        stop();
    }
}
