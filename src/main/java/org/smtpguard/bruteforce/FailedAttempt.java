package org.smtpguard.bruteforce;

import java.time.Instant;
import java.util.Optional;

/** A failed log-in that was counted: for the operator. Immutable; holds no secret. */
public final class FailedAttempt {
    private final Instant time;
    private final Network network;
    private final Optional<String> user;
    private final Optional<String> session;

    FailedAttempt(Instant time, Network network, Optional<String> user, Optional<String> session) {
        this.time = time;
        this.network = network;
        this.user = user;
        this.session = session;
    }

    public Instant time() {
        return time;
    }

    public Network network() {
        return network;
    }

    /** Empty if another server of the cluster counted it, and its name cannot be read here. */
    public Optional<String> user() {
        return user;
    }

    /** James' id of the SMTP session; empty outside of SMTP, and if another server counted it. */
    public Optional<String> session() {
        return session;
    }
}
