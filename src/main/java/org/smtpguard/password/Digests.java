package org.smtpguard.password;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/** Digests that every Java platform has, without checked exceptions. */
final class Digests {
    private Digests() {
    }

    /** @param algorithm such as {@code SHA-256} */
    static byte[] digest(String algorithm, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has " + algorithm, e);
        }
    }

    /** @param hmac such as {@code HmacSHA256} */
    static byte[] hmac(String hmac, byte[] key, byte[] message) {
        return mac(hmac, key).doFinal(message);
    }

    /**
     * PBKDF2 (RFC 8018 §5.2) of octets: the JDK's implementation only accepts characters, and no empty salt.
     *
     * @param hmac such as {@code HmacSHA256}
     */
    static byte[] pbkdf2(String hmac, byte[] password, byte[] salt, int rounds, int octets) {
        try {
            return pbkdf2(mac(hmac, password), salt, rounds, octets);
        } catch (ShortBufferException e) {
            throw new IllegalStateException("The length of an HMAC is constant", e);
        }
    }

    private static byte[] pbkdf2(Mac mac, byte[] salt, int rounds, int octets) throws ShortBufferException {
        byte[] derived = new byte[octets];
        int length = mac.getMacLength();
        for (int block = 1, start = 0; start < octets; block++, start += length) {
            mac.update(salt);
            byte[] last = mac.doFinal(new byte[] {(byte) (block >>> 24), (byte) (block >>> 16), (byte) (block >>> 8), (byte) block});
            byte[] sum = last.clone();
            for (int round = 1; round < rounds; round++) {
                // In place, so that not every round allocates an array.
                mac.update(last);
                mac.doFinal(last, 0);
                for (int i = 0; i < length; i++) {
                    sum[i] ^= last[i];
                }
            }
            System.arraycopy(sum, 0, derived, start, Math.min(length, octets - start));
        }
        return derived;
    }

    private static Mac mac(String hmac, byte[] key) {
        try {
            Mac mac = Mac.getInstance(hmac);
            // HMAC pads keys with zeros, so an empty key equals a single zero; the JDK only accepts the latter.
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, hmac));
            return mac;
        } catch (InvalidKeyException e) {
            throw new IllegalArgumentException("HMAC takes any key", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + hmac, e);
        }
    }
}
