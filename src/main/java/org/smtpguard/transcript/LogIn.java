package org.smtpguard.transcript;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How a log-in ended: whose it was, which backend decided, and why. Contains no credential. Immutable. */
public final class LogIn {
    /** The maximum length of a field, in characters; the ends of longer ones are not kept. */
    static final int LIMIT = 255;

    private static final String ACCEPTED = "accepted";
    private static final String BETWEEN = "\n";
    /** Control characters, and unpaired surrogates, which have no octets in UTF-8. */
    private static final Pattern UNFIT = Pattern.compile("[\\p{Cc}\\p{Cs}]");

    private final String outcome;
    private final String mechanism;
    private final String backend;
    private final String reason;
    private final String user;

    /**
     * @param outcome one word, as in metrics
     * @param user the name that the client has sent; empty if the exchange ended before it did
     * @param backend the one that decided; empty if none did
     * @param reason for the operator; empty if there is nothing to add
     */
    public LogIn(String outcome, String mechanism, String user, Optional<String> backend, String reason) {
        this.outcome = fit(outcome);
        this.mechanism = fit(mechanism);
        this.user = fit(user);
        this.backend = fit(backend.orElse(""));
        this.reason = fit(reason);
    }

    private static String fit(String text) {
        String cut = text.length() <= LIMIT ? text : text.substring(0, LIMIT);
        return UNFIT.matcher(cut).replaceAll("?");
    }

    /** As in metrics: {@code accepted}, {@code refused}, {@code unknown}, {@code unavailable}, {@code blocked}, and so on. */
    public String outcome() {
        return outcome;
    }

    /** Whether the client is logged in since then. */
    public boolean isAccepted() {
        return outcome.equals(ACCEPTED);
    }

    /** By its registered name, or a word for what James does by itself. */
    public String mechanism() {
        return mechanism;
    }

    /** The name that the client has sent; empty if the exchange ended before it did. */
    public Optional<String> user() {
        return Optional.of(user).filter(name -> !name.isEmpty());
    }

    /** The backend that decided; empty if none did. */
    public Optional<String> backend() {
        return Optional.of(backend).filter(name -> !name.isEmpty());
    }

    /** For the operator; empty if there is nothing to add. */
    public Optional<String> reason() {
        return Optional.of(reason).filter(words -> !words.isEmpty());
    }

    LogIn withUser(String other) {
        return new LogIn(outcome, mechanism, other, backend(), reason);
    }

    byte[] octets() {
        return Stream.of(outcome, mechanism, backend, reason, user).collect(Collectors.joining(BETWEEN)).getBytes(StandardCharsets.UTF_8);
    }

    /** Reads what {@link #octets} has written. */
    static LogIn read(String text) {
        List<String> fields = List.of(text.split(BETWEEN, -1));
        return new LogIn(fields.get(0), fields.get(1), fields.get(4), Optional.of(fields.get(2)), fields.get(3));
    }

    /** One line, such as {@code PLAIN log-in of alice@example.org: refused by apps (wrong password)}. */
    @Override
    public String toString() {
        return mechanism + " log-in" + user().map(name -> " of " + name).orElse("") + ": " + outcome
            + backend().map(name -> " by " + name).orElse("") + reason().map(words -> " (" + words + ")").orElse("");
    }
}
