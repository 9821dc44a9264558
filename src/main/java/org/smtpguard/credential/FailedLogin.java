package org.smtpguard.credential;

import java.util.Objects;
import java.util.Optional;

/**
 * A log-in attempt that was definitely refused: once for each attempt, whatever the client was told and whether or not it waited for the
 * reply. Backends that could not judge, cancelled exchanges and requests that were dropped before a backend was queried are none.
 * Immutable; holds no secret.
 */
public final class FailedLogin {
    private final String user;
    private final Origin origin;
    private final Optional<String> backend;
    private final String reason;

    /**
     * @param user whom the client claimed to be, as far as the server reads it; empty if it named no user
     * @param origin the client's address, session and mechanism
     * @param backend the name of the backend that refused; empty if none was queried
     * @param reason for the operator alone
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
