package org.smtpguard.james;

/** How a session's client was authenticated. */
final class LoginRecord {
    private final String mechanism;
    private final String backend;
    private final boolean tls;

    LoginRecord(String mechanism, String backend, boolean tls) {
        this.mechanism = mechanism;
        this.backend = backend;
        this.tls = tls;
    }

    String mechanism() {
        return mechanism;
    }

    /** The name of the backend that decided. */
    String backend() {
        return backend;
    }

    boolean isUnderTls() {
        return tls;
    }
}
