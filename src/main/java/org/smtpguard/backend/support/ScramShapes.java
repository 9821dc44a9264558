package org.smtpguard.backend.support;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

import org.smtpguard.credential.KeyShape;
import org.smtpguard.password.PasswordHash;

/** Counts the shapes of the SCRAM keys among hashes, by scheme. Immutable. */
public final class ScramShapes {
    private final Map<String, Map<KeyShape, Long>> byScheme;

    private ScramShapes(Map<String, Map<KeyShape, Long>> byScheme) {
        this.byScheme = byScheme;
    }

    public static ScramShapes of(Collection<PasswordHash> hashes) {
        Map<String, Map<KeyShape, Long>> byScheme = new HashMap<>();
        for (PasswordHash hash : hashes) {
            hash.scram().ifPresent(verifier -> byScheme.computeIfAbsent(verifier.mechanism(), scheme -> new HashMap<>())
                .merge(KeyShape.of(verifier.iterations(), verifier.salt().length), 1L, Long::sum));
        }
        return new ScramShapes(byScheme);
    }

    public Map<KeyShape, Long> of(String scheme) {
        return Map.copyOf(byScheme.getOrDefault(scheme, Map.of()));
    }
}
