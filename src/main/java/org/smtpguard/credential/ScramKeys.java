package org.smtpguard.credential;

/**
 * The SCRAM keys of a user (RFC 5802 §3): enough to verify a client and to prove the server's identity, not enough to log in.
 * Immutable; {@link #toString} shows no key.
 */
public final class ScramKeys {
    private final int iterations;
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    /** The arrays are copied. */
    public ScramKeys(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        this.iterations = iterations;
        this.salt = salt.clone();
        this.storedKey = storedKey.clone();
        this.serverKey = serverKey.clone();
    }

    /** The iteration count of PBKDF2. */
    public int iterations() {
        return iterations;
    }

    public byte[] salt() {
        return salt.clone();
    }

    public byte[] storedKey() {
        return storedKey.clone();
    }

    public byte[] serverKey() {
        return serverKey.clone();
    }

    @Override
    public String toString() {
        return "(SCRAM keys, i=" + iterations + ")";
    }
}
