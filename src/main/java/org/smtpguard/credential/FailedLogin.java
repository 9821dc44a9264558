package org.smtpguard.credential;

import java.util.Objects;
import java.util.Optional;

/**
 * A log-in attempt that was definitely refused, whatever the reply to the client and whether or not it waited for the reply. Attempts are
 * not failed log-ins if the backends were unavailable, if the exchange was cancelled, or if no backend was queried. Immutable; contains
 * no secret.
 */
public final class FailedLogin {
    private final String user;
    private final Origin origin;
    private final Optional<String> backend;
    private final String reason;

    /**
     * @param user the user name that the client sent; empty if there was none
     * @param origin the client's address, session and mechanism
     * @param backend the name of the backend that refused; empty if none was queried
     * @param reason for the operator only
     */
    public FailedLogin(String user, Origin origin, Optional<String> backend, String reason) {
        this.user = Objects.requireNonNull(user, "user");
        this.origin = Objects.requireNonNull(origin, "origin");
        this.backend = Objects.requireNonNull(backend, "backend");
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    public String user() {
        return user;
    }

    public Origin origin() {
        return origin;
    }

    public Optional<String> backend() {
        return backend;
    }

    public String reason() {
        return reason;
    }

    @Override
    public String toString() {
        return origin + ": " + reason + backend.map(name -> " by " + name).orElse("");
    }
}
