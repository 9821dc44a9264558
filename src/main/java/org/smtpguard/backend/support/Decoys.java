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
 * Which hash an unknown user's password is checked against, so that an unknown user costs what a user costs. Immutable.
 *
 * <p>Where all hashes cost the same, every decoy costs just that. Where they differ, no single decoy would do: a user whose hash takes
 * another time than the decoy would be known to exist. So each unknown name has its own fixed cost, drawn from the costs of the users,
 * as often as they occur there.
 */
public final class Decoys {
    /** The use of the backend's key ({@link org.smtpguard.credential.BackendSettings#keyFor}). */
    public static final String USE = "password-decoy";

    private final Draw<PasswordHash> draw;

    private Decoys(Draw<PasswordHash> draw) {
        this.draw = draw;
    }

    /**
     * Decoys for these users. As long as there is none, unknown users cost what a new hash costs.
     *
     * @param key decides which unknown user costs what: the same as long as the installation lasts
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
     * The decoy for an unknown user: a hash that takes no password.
     *
     * @param name a normalised name
     */
    public PasswordHash of(String name) {
        return draw.of(name);
    }
}
