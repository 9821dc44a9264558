package org.smtpguard.credential;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A password of one device or program of a user, without the secret itself, which only the device has. Immutable; contains neither the
 * secret nor a hash of it.
 */
public final class AppPassword {
    private final String id;
    private final String user;
    private final String label;
    private final Instant created;
    private final String createdBy;
    private final Optional<Instant> expires;
    private final List<String> networks;
    private final List<String> senders;
    private final Optional<AppPasswordUse> lastUse;
    private final Optional<Instant> revoked;
    private final Optional<String> revokedBy;

    private AppPassword(String id, String user, String label, Instant created, String createdBy, Optional<Instant> expires,
                        List<String> networks, List<String> senders, Optional<AppPasswordUse> lastUse, Optional<Instant> revoked,
                        Optional<String> revokedBy) {
        this.id = Objects.requireNonNull(id, "id");
        this.user = Objects.requireNonNull(user, "user");
        this.label = Objects.requireNonNull(label, "label");
        this.created = Objects.requireNonNull(created, "created");
        this.createdBy = Objects.requireNonNull(createdBy, "createdBy");
        this.expires = Objects.requireNonNull(expires, "expires");
        this.networks = List.copyOf(networks);
        this.senders = List.copyOf(senders);
        this.lastUse = Objects.requireNonNull(lastUse, "lastUse");
        this.revoked = Objects.requireNonNull(revoked, "revoked");
        this.revokedBy = Objects.requireNonNull(revokedBy, "revokedBy");
    }

    /** A new one, as requested. */
    public static AppPassword of(String id, AppPasswordRequest request, Instant created) {
        return new AppPassword(id, request.user(), request.label(), created, request.by(), request.expires(), request.networks(),
            request.senders(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The same, last used like that. */
    public AppPassword lastUsed(AppPasswordUse use) {
        return new AppPassword(id, user, label, created, createdBy, expires, networks, senders, Optional.of(use), revoked, revokedBy);
    }

    /** The same, revoked. */
    public AppPassword revoked(Instant when, String by) {
        return new AppPassword(id, user, label, created, createdBy, expires, networks, senders, lastUse, Optional.of(when),
            Optional.of(by));
    }

    /** Identifies it among all of the store; not secret. */
    public String id() {
        return id;
    }

    /** The user that it authenticates. */
    public String user() {
        return user;
    }

    /** What the user calls the device. */
    public String label() {
        return label;
    }

    public Instant created() {
        return created;
    }

    /** Who created it, as far as the creator said. */
    public String createdBy() {
        return createdBy;
    }

    /** From when on it is refused; empty if it does not expire. */
    public Optional<Instant> expires() {
        return expires;
    }

    /** The networks that it may be used from, in CIDR notation; empty for all. */
    public List<String> networks() {
        return networks;
    }

    /** The sender addresses that it may use, as in {@link LoginScope}. */
    public List<String> senders() {
        return senders;
    }

    /** The last log-in; empty if there was none. Up to a minute old. */
    public Optional<AppPasswordUse> lastUse() {
        return lastUse;
    }

    public Optional<Instant> revoked() {
        return revoked;
    }

    public Optional<String> revokedBy() {
        return revokedBy;
    }

    public boolean isRevoked() {
        return revoked.isPresent();
    }

    public boolean isExpired(Instant now) {
        return expires.filter(end -> !now.isBefore(end)).isPresent();
    }

    /** Whether it can be used: neither revoked nor expired. */
    public boolean isUsable(Instant now) {
        return !isRevoked() && !isExpired(now);
    }

    @Override
    public String toString() {
        return "app password " + id + " of " + user;
    }
}
