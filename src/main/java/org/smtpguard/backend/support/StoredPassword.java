package org.smtpguard.backend.support;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.smtpguard.password.PasswordSchemes;

/**
 * What is stored of a user's password, without the mark before it, or in its place, that disables the user, as in
 * {@code /etc/shadow}. Immutable. Has no text form: it may be a hash, or what somebody took for one.
 */
public final class StoredPassword {
    /** shadow(5): such a field is no result of crypt(3), whatever follows. Directories put the mark behind the scheme. */
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
        // A plain password may begin with any character: there the mark has to stand before the scheme.
        boolean locked = lock.matches() && (lock.group(1).isEmpty() || !PasswordSchemes.isPlain(lock.group(1)));
        return new StoredPassword(locked ? (lock.group(1) + lock.group(2)).strip() : stored, locked);
    }

    /** The hash, with its scheme if that stands there; may be empty. */
    public String hash() {
        return hash;
    }

    /** Whether the user may not log in, whatever the password. */
    public boolean isDisabled() {
        return disabled;
    }

    @Override
    public String toString() {
        return "(stored password)";
    }
}
