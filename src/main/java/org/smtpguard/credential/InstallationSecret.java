package org.smtpguard.credential;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret of an installation: the same for all ports, after each restart, and on all servers of a cluster. Used to derive values that
 * are constant but unpredictable to clients, such as the salt of an unknown user. Each use has a derived key of its own. Immutable;
 * {@link #toString} does not show it.
 */
public final class InstallationSecret {
    /** The minimum length of a secret, in octets. */
    public static final int MIN_OCTETS = 32;

    private static final String HMAC = "HmacSHA256";

    private final byte[] secret;

    private InstallationSecret(byte[] secret) {
        this.secret = secret;
    }

    /**
     * @param secret random octets; the array is copied
     * @throws IllegalArgumentException if there are fewer than {@link #MIN_OCTETS}
     */
    public static InstallationSecret of(byte[] secret) {
        if (secret.length < MIN_OCTETS) {
            throw new IllegalArgumentException("The secret has fewer than " + MIN_OCTETS + " octets");
        }
        return new InstallationSecret(secret.clone());
    }

    /** A random secret, for use within this process only. */
    public static InstallationSecret random() {
        return of(randomOctets());
    }

    /** Random octets for a new secret. */
    public static byte[] randomOctets() {
        byte[] octets = new byte[MIN_OCTETS];
        new SecureRandom().nextBytes(octets);
        return octets;
    }

    /**
     * The key for one use, 32 octets: HMAC-SHA-256 of the name of the use. It reveals neither the secret nor other keys.
     *
     * @param use the name of the use, such as {@code scram-decoy SCRAM-SHA-256}; never changed once released
     */
    public byte[] keyFor(String use) {
        return hmac(secret, use);
    }

    /** HMAC-SHA-256 of a text in UTF-8, 32 octets. */
    public static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("Every Java platform has " + HMAC, e);
        }
    }

    @Override
    public String toString() {
        return "(installation secret)";
    }
}
