package org.smtpguard.credential;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What a new app password is to be. Immutable; checked by {@link AppPasswords#issue}. */
public final class AppPasswordRequest {
    private final String user;
    private final String label;
    private final String by;
    private final Optional<Instant> expires;
    private final List<String> networks;
    private final List<String> senders;

    private AppPasswordRequest(String user, String label, String by, Optional<Instant> expires, List<String> networks,
                               List<String> senders) {
        this.user = Objects.requireNonNull(user, "user");
        this.label = Objects.requireNonNull(label, "label");
        this.by = Objects.requireNonNull(by, "by");
        this.expires = Objects.requireNonNull(expires, "expires");
        this.networks = List.copyOf(networks);
        this.senders = List.copyOf(senders);
    }

    /**
     * One that does not expire, from any network, for the user's own sender address.
     *
     * @param label what the user calls the device
     * @param by who requests it
     */
    public static AppPasswordRequest of(String user, String label, String by) {
        return new AppPasswordRequest(user, label, by, Optional.empty(), List.of(), List.of());
    }

    public AppPasswordRequest expiring(Optional<Instant> when) {
        return new AppPasswordRequest(user, label, by, when, networks, senders);
    }

    /** @param only networks in CIDR notation, or single addresses; none for all */
    public AppPasswordRequest from(List<String> only) {
        return new AppPasswordRequest(user, label, by, expires, only, senders);
    }

    /** @param only sender addresses as in {@link LoginScope}; none for the user's own */
    public AppPasswordRequest sendingAs(List<String> only) {
        return new AppPasswordRequest(user, label, by, expires, networks, only);
    }

    public String user() {
        return user;
    }

    public String label() {
        return label;
    }

    public String by() {
        return by;
    }

    public Optional<Instant> expires() {
        return expires;
    }

    public List<String> networks() {
        return networks;
    }

    public List<String> senders() {
        return senders;
    }

    @Override
    public String toString() {
        return "app password for " + user;
    }
}
