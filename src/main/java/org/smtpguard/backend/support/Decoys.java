package org.smtpguard.backend.support;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.smtpguard.credential.Draw;
import org.smtpguard.password.PasswordHash;
import org.smtpguard.password.PasswordScheme;
import org.smtpguard.password.PasswordSchemes;

/**
 * Selects the hash that an unknown user's password is checked against, so that an unknown user costs as much time as a known
 * one. Immutable.
 *
 * <p>If all hashes cost the same, every decoy has that cost. If they differ, a single decoy would not do: a user whose hash
 * takes a different time than the decoy could be recognised as existing. So each unknown name has a fixed cost of its own,
 * drawn from the distribution of the users' costs.
 */
public final class Decoys {
    /** What the backend's key is used for ({@link org.smtpguard.credential.BackendSettings#keyFor}). */
    public static final String USE = "password-decoy";

    private final Draw<PasswordHash> draw;

    private Decoys(Draw<PasswordHash> draw) {
        this.draw = draw;
    }

    /**
     * Decoys for these users. If there are none, an unknown user costs as much as a new hash.
     *
     * @param key selects the decoy of each unknown user; must not change during the lifetime of the installation
     */
    public static Decoys of(Collection<PasswordHash> users, PasswordSchemes schemes, byte[] key) {
        Map<String, PasswordHash> byCost = new HashMap<>();
        List<PasswordHash> decoys = (users.isEmpty() ? List.of(fresh(schemes)) : users).stream()
            .map(hash -> byCost.computeIfAbsent(costOf(hash), cost -> hash.decoy())).collect(Collectors.toList());
        return new Decoys(new Draw<>(decoys, Decoys::costOf, key));
    }

    private static PasswordHash fresh(PasswordSchemes schemes) {
        PasswordScheme preferred = schemes.preferred();
        return preferred.read(preferred.hash("nobody".getBytes(StandardCharsets.US_ASCII)));
    }

    private static String costOf(PasswordHash hash) {
        return hash.scheme() + " " + hash.cost();
    }

    /**
     * The decoy for an unknown user: a hash that matches no password.
     *
     * @param name a normalised name
     */
    public PasswordHash of(String name) {
        return draw.of(name);
    }
}
