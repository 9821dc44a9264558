package org.smtpguard.backend.support;

import org.smtpguard.credential.BackendSettings;
import org.smtpguard.password.CostLimits;
import org.smtpguard.password.PasswordSchemes;

/** The elements that say which hashes are taken and made, for backends that have hashes. */
public final class HashSettings {
    public static final String PREFERRED_SCHEME = "preferredScheme";
    public static final String ALLOW_PLAIN = "allowPlain";
    public static final String COST_LIMITS = "costLimits";

    private HashSettings() {
    }

    /** @throws org.smtpguard.credential.InvalidConfigurationException if a limit or a scheme is not known, or cannot be kept to */
    public static PasswordSchemes schemes(BackendSettings settings) {
        PasswordSchemes schemes;
        try {
            schemes = PasswordSchemes.standard(settings.text(COST_LIMITS).map(CostLimits::parse).orElseGet(CostLimits::standard));
        } catch (IllegalArgumentException e) {
            throw settings.fault("has <" + COST_LIMITS + "> that cannot be kept to: " + e.getMessage());
        }
        PasswordSchemes preferring = settings.text(PREFERRED_SCHEME).map(name -> preferring(schemes, name, settings)).orElse(schemes);
        return settings.flag(ALLOW_PLAIN) ? preferring.withPlain() : preferring;
    }

    private static PasswordSchemes preferring(PasswordSchemes schemes, String name, BackendSettings settings) {
        try {
            return schemes.preferring(name);
        } catch (IllegalArgumentException e) {
            throw settings.fault("has a <" + PREFERRED_SCHEME + "> that is not known; " + e.getMessage());
        }
    }
}
