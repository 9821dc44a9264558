package org.smtpguard.credential;

import java.util.Objects;

/** A new app password with its secret, which is stored nowhere: its receiver shows it once. Immutable. */
public final class IssuedAppPassword {
    private final AppPassword appPassword;
    private final Secret secret;

    public IssuedAppPassword(AppPassword appPassword, Secret secret) {
        this.appPassword = Objects.requireNonNull(appPassword, "appPassword");
        this.secret = Objects.requireNonNull(secret, "secret");
    }

    public AppPassword appPassword() {
        return appPassword;
    }

    /** In groups that can be typed; ASCII. */
    public Secret secret() {
        return secret;
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return appPassword.toString();
    }
}
