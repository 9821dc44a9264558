package org.smtpguard.credential;

/**
 * What a server keeps of a password for SCRAM (RFC 5802 §3): enough to check a client and to prove itself, not enough to
 * log in elsewhere. Has no text form that shows it.
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

    /** How often the client has to hash its password. */
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
