package org.smtpguard.backend.support;

import java.util.Optional;

import org.smtpguard.credential.KeyResult;
import org.smtpguard.credential.ScramKeys;
import org.smtpguard.password.PasswordHash;

/** From a stored hash to what a SCRAM mechanism asks for. */
public final class ScramLookup {
    private ScramLookup() {
    }

    /**
     * The keys that a hash holds; keyless if it holds none of that scheme.
     *
     * @param user the name to go on with
     * @param scheme {@code SCRAM-SHA-256}, say
     */
    public static KeyResult keys(String user, Optional<PasswordHash> hash, String scheme) {
        return hash.flatMap(PasswordHash::scram).filter(verifier -> verifier.mechanism().equals(scheme))
            .map(verifier -> KeyResult.found(user,
                new ScramKeys(verifier.iterations(), verifier.salt(), verifier.storedKey(), verifier.serverKey())))
            .orElseGet(KeyResult::keyless);
    }
}
