package org.smtpguard.backend.support;

import org.smtpguard.credential.BackendSettings;
import org.smtpguard.password.CostLimits;
import org.smtpguard.password.PasswordSchemes;

/** The elements that configure which hashes are accepted and created, for backends that store hashes. */
public final class HashSettings {
    public static final String PREFERRED_SCHEME = "preferredScheme";
    public static final String ALLOW_PLAIN = "allowPlain";
    public static final String COST_LIMITS = "costLimits";

    private HashSettings() {
    }

    /**
     * @throws org.smtpguard.credential.InvalidConfigurationException if a scheme is unknown, or a limit is unknown or out of
     *     range
     */
    public static PasswordSchemes schemes(BackendSettings settings) {
        PasswordSchemes schemes;
        try {
            schemes = PasswordSchemes.standard(settings.text(COST_LIMITS).map(CostLimits::parse).orElseGet(CostLimits::standard));
        } catch (IllegalArgumentException e) {
            throw settings.fault("has invalid <" + COST_LIMITS + ">: " + e.getMessage());
        }
        PasswordSchemes preferring = settings.text(PREFERRED_SCHEME).map(name -> preferring(schemes, name, settings)).orElse(schemes);
        return settings.flag(ALLOW_PLAIN) ? preferring.withPlain() : preferring;
    }

    private static PasswordSchemes preferring(PasswordSchemes schemes, String name, BackendSettings settings) {
        try {
            return schemes.preferring(name);
        } catch (IllegalArgumentException e) {
            throw settings.fault("has an unknown <" + PREFERRED_SCHEME + ">; " + e.getMessage());
        }
    }
}
