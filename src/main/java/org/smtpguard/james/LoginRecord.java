package org.smtpguard.james;

/** How a session's client was authenticated. */
final class LoginRecord {
    private final String mechanism;
    private final String user;
    private final String backend;
    private final boolean tls;

    LoginRecord(String mechanism, String user, String backend, boolean tls) {
        this.mechanism = mechanism;
        this.user = user;
        this.backend = backend;
        this.tls = tls;
    }

    String mechanism() {
        return mechanism;
    }

    /** Whose credentials it showed: not the session's user, where it acts as somebody else. */
    String user() {
        return user;
    }

    /** The name of the backend that decided. */
    String backend() {
        return backend;
    }

    boolean isUnderTls() {
        return tls;
    }
}
