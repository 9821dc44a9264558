package org.smtpguard.backend.support;

import java.util.Locale;

import org.smtpguard.credential.Saslprep;

/** Normalises user names, so that all backends compare them alike. */
public final class UserNames {
    private UserNames() {
    }

    /**
     * The name prepared by SASLprep (RFC 4013) and in lower case; a name that SASLprep prohibits is only converted to lower
     * case.
     */
    public static String normalise(String user) {
        return Saslprep.name(user).orElse(user).toLowerCase(Locale.ROOT);
    }
}
