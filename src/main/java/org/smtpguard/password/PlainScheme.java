package org.smtpguard.password;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Plain passwords. Only if the operator enables them: anyone who can read the file has all passwords.
 *
 * <p>Digests are compared, so that neither the time nor the memory reveals the password.
 */
final class PlainScheme implements PasswordScheme {
    static final Set<String> NAMES = Set.of("PLAIN", "CLEARTEXT", "CLEAR");

    @Override
    public String name() {
        return "PLAIN";
    }

    @Override
    public Set<String> aliases() {
        return Set.of("CLEARTEXT", "CLEAR");
    }

    @Override
    public boolean recognises(String hash) {
        return false;
    }

    @Override
    public PasswordHash read(String hash) {
        return read(hash.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public PasswordHash read(byte[] stored) {
        if (stored.length == 0) {
            throw new MalformedHashException("there is no password after {PLAIN}");
        }
        byte[] salt = DerivedHash.random(16);
        byte[] tag = Digests.digest("SHA-256", salt, stored);
        return new DerivedHash(name(), "rounds=0", 0, tag, password -> Digests.digest("SHA-256", salt, password));
    }

    @Override
    public String hash(byte[] password) {
        return new String(password, StandardCharsets.UTF_8);
    }

    @Override
    public Strength strength() {
        return Strength.OPEN;
    }
}
