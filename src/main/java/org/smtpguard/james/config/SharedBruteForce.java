package org.smtpguard.james.config;

import java.util.Optional;

import org.smtpguard.bruteforce.BruteForceSettings;
import org.smtpguard.credential.InvalidConfigurationException;

/** The {@code <bruteForce>} that all ports share: each port has none, or the same as the others. Not safe for concurrent use. */
public final class SharedBruteForce {
    private Optional<BruteForceSettings> configured = Optional.empty();

    /**
     * @param wanted what a port says; empty if it leaves it to the others
     * @return whether this is new
     * @throws InvalidConfigurationException if another port says something else
     */
    public boolean agree(Optional<BruteForceSettings> wanted) {
        if (wanted.isPresent() && configured.isPresent() && !wanted.equals(configured)) {
            throw new InvalidConfigurationException("<bruteForce> differs from that of another port; all ports share one:"
                + " configure it once, or the same everywhere.");
        }
        boolean isNew = wanted.isPresent() && configured.isEmpty();
        configured = wanted.or(() -> configured);
        return isNew;
    }

    /** The defaults if no port says anything. */
    public BruteForceSettings settings() {
        return configured.orElseGet(BruteForceSettings::defaults);
    }
}
