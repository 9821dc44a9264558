package org.smtpguard.credential;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a new app password is to be. Immutable; checked by {@link AppPasswords#issue}. */
public final class AppPasswordRequest {
    private static final Pattern DAYS = Pattern.compile("(\\d{1,4})d");
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");

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

    /**
     * Parses when an app password is to expire: {@code 90d} from now, the end of {@code 2027-01-31} in UTC, or
     * {@code 2027-01-31T12:00:00Z}. Empty if the text is none of these.
     */
    public static Optional<Instant> expiry(String text, Instant now) {
        Matcher days = DAYS.matcher(text);
        try {
            if (days.matches()) {
                return Optional.of(now.plus(Duration.ofDays(Long.parseLong(days.group(1)))).truncatedTo(ChronoUnit.SECONDS));
            }
            return Optional.of(DATE.matcher(text).matches() ? LocalDate.parse(text).plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant()
                : Instant.parse(text).truncatedTo(ChronoUnit.SECONDS));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
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
