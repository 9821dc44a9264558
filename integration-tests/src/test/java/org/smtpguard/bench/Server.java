package org.smtpguard.bench;

import java.net.InetSocketAddress;
import java.util.List;

/** A server in processes of its own, on one or more ports of loopback. */
interface Server extends AutoCloseable {
    /** Returns when it answers. */
    void start();

    /** @param port from 0, in the order in which it has them; another one after each start, perhaps */
    InetSocketAddress address(int port);

    /** Those whose work counts, with their children; a JVM stands first. */
    List<ProcessHandle> processes();

    /** Whether the first process can be asked as a JVM. */
    default boolean isJvm() {
        return true;
    }

    @Override
    void close();
}
