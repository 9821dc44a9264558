package org.smtpguard.password;

/**
 * The SCRAM keys of a stored password (RFC 5802 §3): enough to verify a client and to prove, or fake, the server's identity; not enough to
 * log in. Immutable; {@link #toString} shows no key.
 */
public final class ScramVerifier {
    private final String mechanism;
    private final int iterations;
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    ScramVerifier(String mechanism, int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        this.mechanism = mechanism;
        this.iterations = iterations;
        this.salt = salt.clone();
        this.storedKey = storedKey.clone();
        this.serverKey = serverKey.clone();
    }

    /** The mechanism: {@code SCRAM-SHA-256} or {@code SCRAM-SHA-512}. */
    public String mechanism() {
        return mechanism;
    }

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
        return mechanism + " i=" + iterations;
    }
}
