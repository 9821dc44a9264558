package org.smtpguard.credential;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What a log-in with an app password may do: part of an accepted {@link CredentialResult}. Immutable; contains no secret.
 *
 * <p>A sender is one of these, in lower case: an address; {@code @example.org} for all addresses of a domain; {@code alice@*} for a local
 * part in any domain; {@code <>} for the empty sender of notifications (RFC 5321 §4.5.5); {@code *} for any sender.
 */
public final class LoginScope {
    /** Any sender. */
    public static final String ANY = "*";
    /** The empty sender. */
    public static final String EMPTY = "<>";

    private final String id;
    private final String label;
    private final List<String> senders;
    private final Supplier<CompletionStage<CredentialResult>> recheck;

    private LoginScope(String id, String label, List<String> senders, Supplier<CompletionStage<CredentialResult>> recheck) {
        this.id = Objects.requireNonNull(id, "id");
        this.label = Objects.requireNonNull(label, "label");
        this.senders = List.copyOf(senders);
        this.recheck = Objects.requireNonNull(recheck, "recheck");
    }

    /**
     * @param id of the app password
     * @param label what its user calls the device
     * @param senders the sender addresses that it may use
     * @param recheck whether the log-in is still valid; see {@link #recheck()}
     */
    public static LoginScope of(String id, String label, List<String> senders, Supplier<CompletionStage<CredentialResult>> recheck) {
        return new LoginScope(id, label, senders, recheck);
    }

    /** Identifies the app password. */
    public String id() {
        return id;
    }

    public String label() {
        return label;
    }

    public List<String> senders() {
        return senders;
    }

    /** @param sender the address; empty for the empty sender */
    public boolean allowsSender(String sender) {
        String address = sender.toLowerCase(Locale.ROOT);
        return senders.stream().anyMatch(allowed -> allows(allowed, address));
    }

    private static boolean allows(String allowed, String address) {
        if (allowed.equals(ANY)) {
            return true;
        }
        if (address.isEmpty()) {
            return allowed.equals(EMPTY);
        }
        int at = address.lastIndexOf('@');
        if (at < 0) {
            return allowed.equals(address);
        }
        return allowed.equals(address) || allowed.equals(address.substring(at)) || allowed.equals(address.substring(0, at + 1) + ANY);
    }

    /**
     * Whether the log-in is still valid: accepted, refused if the app password was revoked or has expired since, or unavailable. Does not
     * block; the future never fails.
     */
    public CompletableFuture<CredentialResult> recheck() {
        try {
            return recheck.get().toCompletableFuture().exceptionally(CredentialResult::unavailable);
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(CredentialResult.unavailable(e));
        }
    }

    @Override
    public String toString() {
        return "app password " + id;
    }
}
