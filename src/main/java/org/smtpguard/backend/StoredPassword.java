package org.smtpguard.backend;

/**
 * What is stored of a user's password, without the mark before it, or in its place, that disables the user, as in
 * {@code /etc/shadow}. Immutable. Has no text form: it may be a hash, or what somebody took for one.
 */
final class StoredPassword {
    private final String hash;
    private final boolean disabled;

    private StoredPassword(String hash, boolean disabled) {
        this.hash = hash;
        this.disabled = disabled;
    }

    static StoredPassword of(String text) {
        String stored = text.strip();
        boolean marked = stored.startsWith("!") || stored.startsWith("*");
        return new StoredPassword(marked ? stored.substring(1).strip() : stored, marked);
    }

    /** The hash, with its scheme if that stands there; may be empty. */
    String hash() {
        return hash;
    }

    /** Whether the user may not log in, whatever the password. */
    boolean isDisabled() {
        return disabled;
    }

    @Override
    public String toString() {
        return "(stored password)";
    }
}
