package org.smtpguard.backend.support;

import org.smtpguard.credential.Secret;
import org.smtpguard.password.PasswordHash;

/** Compares a password with a hash, in each {@linkplain Secret#forms form} that the hash may have been made of. */
public final class PasswordCheck {
    private PasswordCheck() {
    }

    /** Costs one hash check, or two if SASLprep changes the password; the same for every hash and for decoys. */
    public static boolean matches(PasswordHash hash, Secret password) {
        return password.forms().stream().anyMatch(hash::matches);
    }
}
