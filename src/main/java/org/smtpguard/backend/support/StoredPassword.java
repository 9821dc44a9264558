package org.smtpguard.backend.support;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.smtpguard.password.PasswordSchemes;

/**
 * A stored password hash, and whether a mark before it, or in its place, disables the user, as in {@code /etc/shadow}.
 * Immutable. {@link #toString} does not show it: it may be a hash, or a plain password stored by mistake.
 */
public final class StoredPassword {
    /**
     * shadow(5): a field with such a mark is not a result of crypt(3), whatever follows. Directories put the mark after the
     * scheme.
     */
    private static final Pattern LOCK = Pattern.compile("((?:\\{[^}]*\\})?)[!*]+(.*)", Pattern.DOTALL);

    private final String hash;
    private final boolean disabled;

    private StoredPassword(String hash, boolean disabled) {
        this.hash = hash;
        this.disabled = disabled;
    }

    public static StoredPassword of(String text) {
        String stored = text.strip();
        Matcher lock = LOCK.matcher(stored);
        // A plain password may begin with any character, so the mark must come before its scheme.
        boolean locked = lock.matches() && (lock.group(1).isEmpty() || !PasswordSchemes.isPlain(lock.group(1)));
        return new StoredPassword(locked ? (lock.group(1) + lock.group(2)).strip() : stored, locked);
    }

    /** The hash, with its scheme if stored; may be empty. */
    public String hash() {
        return hash;
    }

    /** Whether the user is disabled, so no password is accepted. */
    public boolean isDisabled() {
        return disabled;
    }

    @Override
    public String toString() {
        return "(stored password)";
    }
}
