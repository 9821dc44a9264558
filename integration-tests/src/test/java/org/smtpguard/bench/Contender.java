package org.smtpguard.bench;

/** One of those that are compared: a port of a server. */
final class Contender {
    /** What the name of one ends with that runs another build of the jar. */
    static final String ANOTHER_BUILD = " (before)";

    private final String name;
    private final Server server;
    private final int port;

    /** @param port its number among those of the server */
    Contender(String name, Server server, int port) {
        this.name = name;
        this.server = server;
        this.port = port;
    }

    Contender(String name, Server server) {
        this(name, server, 0);
    }

    String name() {
        return name;
    }

    Server server() {
        return server;
    }

    int port() {
        return server.address(port).getPort();
    }
}
