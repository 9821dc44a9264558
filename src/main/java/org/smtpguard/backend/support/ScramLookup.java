package org.smtpguard.backend.support;

import java.util.Optional;

import org.smtpguard.credential.KeyResult;
import org.smtpguard.credential.ScramKeys;
import org.smtpguard.password.PasswordHash;

/** Converts a stored hash to the keys of a SCRAM mechanism. */
public final class ScramLookup {
    private ScramLookup() {
    }

    /**
     * The keys that a hash contains; keyless if it contains none for this scheme.
     *
     * @param user the user's name in the result
     * @param scheme for example {@code SCRAM-SHA-256}
     */
    public static KeyResult keys(String user, Optional<PasswordHash> hash, String scheme) {
        return hash.flatMap(PasswordHash::scram).filter(verifier -> verifier.mechanism().equals(scheme))
            .map(verifier -> KeyResult.found(user,
                new ScramKeys(verifier.iterations(), verifier.salt(), verifier.storedKey(), verifier.serverKey())))
            .orElseGet(KeyResult::keyless);
    }
}
