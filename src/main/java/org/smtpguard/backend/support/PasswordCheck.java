package org.smtpguard.backend.support;

import org.smtpguard.credential.Secret;
import org.smtpguard.password.PasswordHash;

/** Compares a password with a hash, in each {@linkplain Secret#forms form} that the hash may have been made of. */
public final class PasswordCheck {
    private PasswordCheck() {
    }

    /** One check, or two for a password whose prepared form is another: no matter whose hash it is, and a decoy's as well. */
    public static boolean matches(PasswordHash hash, Secret password) {
        return password.forms().stream().anyMatch(hash::matches);
    }
}
