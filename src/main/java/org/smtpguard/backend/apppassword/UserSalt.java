package org.smtpguard.backend.apppassword;

import java.security.SecureRandom;

import org.smtpguard.credential.KeyShape;

/**
 * The salt and the iteration count of all SCRAM keys of one user. SCRAM names them before it sees which password the client has, so
 * a user's app passwords share them. Immutable.
 */
final class UserSalt {
    /**
     * The minimum of RFC 7677 §4. More would protect passwords that can be guessed; these cannot be, and each log-in costs the client as
     * many hashes.
     */
    private static final int ITERATIONS = 4096;
    static final int OCTETS = 16;

    private final byte[] salt;
    private final int iterations;

    UserSalt(byte[] salt, int iterations) {
        this.salt = salt.clone();
        this.iterations = iterations;
    }

    static UserSalt generate(SecureRandom random) {
        byte[] salt = new byte[OCTETS];
        random.nextBytes(salt);
        return new UserSalt(salt, ITERATIONS);
    }

    byte[] salt() {
        return salt.clone();
    }

    int iterations() {
        return iterations;
    }

    /** What a client sees of it. */
    KeyShape shape() {
        return KeyShape.of(iterations, salt.length);
    }

    @Override
    public String toString() {
        return "i=" + iterations;
    }
}
