package org.smtpguard.it.server;

import java.net.InetSocketAddress;
import java.util.Locale;

/**
 * What a server under test listens on, and the port that the configuration in the project names for it.
 */
public enum Endpoint {
    SMTP(2525),
    SUBMISSION(2587),
    SMTPS(2465),
    IMAP(2143),
    WEBADMIN(8000);

    /** Never a name: what it resolves to is the machine's affair. */
    static final String LOOPBACK = "127.0.0.1";

    private final int configuredPort;

    Endpoint(int configuredPort) {
        this.configuredPort = configuredPort;
    }

    public int configuredPort() {
        return configuredPort;
    }

    /** The system property by which the demo is told another port. */
    String demoProperty() {
        return "demo." + name().toLowerCase(Locale.ROOT) + ".port";
    }

    static InetSocketAddress onLoopback(int port) {
        return new InetSocketAddress(LOOPBACK, port);
    }
}
