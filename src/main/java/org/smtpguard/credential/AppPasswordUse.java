package org.smtpguard.credential;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** A log-in with an app password. Immutable. */
public final class AppPasswordUse {
    private final Instant time;
    private final Optional<String> address;
    private final String mechanism;

    /** @param address the client's IP address */
    public AppPasswordUse(Instant time, Optional<String> address, String mechanism) {
        this.time = Objects.requireNonNull(time, "time");
        this.address = Objects.requireNonNull(address, "address");
        this.mechanism = Objects.requireNonNull(mechanism, "mechanism");
    }

    public Instant time() {
        return time;
    }

    public Optional<String> address() {
        return address;
    }

    /** The SASL mechanism. */
    public String mechanism() {
        return mechanism;
    }

    @Override
    public String toString() {
        return time + " by " + mechanism + address.map(from -> " from " + from).orElse("");
    }
}
