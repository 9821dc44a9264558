package org.smtpguard.password;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.stream.IntStream;

/**
 * The iterated digests of crypt(3): MD5-crypt (FreeBSD; Apache uses another prefix) and SHA-crypt (Drepper, "Unix crypt using SHA-256 and
 * SHA-512"). Commons Codec has them too, but rejects salts that crypt(3) accepts. Any salt of any length is used unchanged.
 */
final class CryptDigest {
    static final String ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int MD5_ROUNDS = 1000;

    private CryptDigest() {
    }

    /** @param prefix {@code $1$} or {@code $apr1$}, which is part of the digest's input */
    static byte[] md5(String prefix, byte[] password, byte[] salt) {
        MessageDigest md5 = digest("MD5");
        md5.update(password);
        md5.update(prefix.getBytes(StandardCharsets.US_ASCII));
        md5.update(salt);
        md5.update(repeated(Digests.digest("MD5", password, salt, password), password.length));
        for (int bits = password.length; bits > 0; bits >>= 1) {
            md5.update((bits & 1) == 1 ? (byte) 0 : password[0]);
        }
        byte[] sum = rounds(md5, md5.digest(), password, salt, MD5_ROUNDS);
        int[] order = {12, 6, 0, 13, 7, 1, 14, 8, 2, 15, 9, 3, 5, 10, 4, 11};
        return encode(sum, order);
    }

    /**
     * SHA-crypt.
     *
     * @param algorithm {@code SHA-256} or {@code SHA-512}
     */
    static byte[] sha(String algorithm, byte[] password, byte[] salt, int rounds) {
        MessageDigest sha = digest(algorithm);
        byte[] start = Digests.digest(algorithm, password, salt, password);
        sha.update(password);
        sha.update(salt);
        sha.update(repeated(start, password.length));
        for (int bits = password.length; bits > 0; bits >>= 1) {
            sha.update((bits & 1) == 1 ? start : password);
        }
        byte[] first = sha.digest();
        for (int i = 0; i < password.length; i++) {
            sha.update(password);
        }
        byte[] passwordSequence = repeated(sha.digest(), password.length);
        for (int i = 0; i < 16 + (first[0] & 0xff); i++) {
            sha.update(salt);
        }
        byte[] saltSequence = repeated(sha.digest(), salt.length);
        byte[] sum = rounds(sha, first, passwordSequence, saltSequence, rounds);
        return encode(sum, order(sum.length));
    }

    private static byte[] rounds(MessageDigest digest, byte[] first, byte[] password, byte[] salt, int rounds) {
        byte[] sum = first;
        for (int round = 0; round < rounds; round++) {
            boolean odd = round % 2 == 1;
            digest.update(odd ? password : sum);
            if (round % 3 != 0) {
                digest.update(salt);
            }
            if (round % 7 != 0) {
                digest.update(password);
            }
            digest.update(odd ? sum : password);
            sum = digest.digest();
        }
        return sum;
    }

    /** The order in which the octets of a SHA sum are encoded: three rows, column by column, with the rows rotated after each. */
    private static int[] order(int octets) {
        int columns = octets / 3;
        int[] order = IntStream.range(0, octets).toArray();
        int high = 0;
        int middle = columns;
        int low = 2 * columns;
        for (int column = 0; column < columns; column++) {
            order[3 * column] = low;
            order[3 * column + 1] = middle;
            order[3 * column + 2] = high;
            int before = high + 1;
            boolean up = octets == 64;
            high = (up ? middle : low) + 1;
            low = up ? before : middle + 1;
            middle = up ? order[3 * column] + 1 : before;
        }
        return order;
    }

    /** Encodes three octets as four characters, the lowest six bits first; a shorter group has one character more than octets. */
    private static byte[] encode(byte[] sum, int[] order) {
        StringBuilder text = new StringBuilder();
        for (int start = 0; start < order.length; start += 3) {
            int octets = Math.min(3, order.length - start);
            int bits = 0;
            for (int i = 0; i < octets; i++) {
                bits |= (sum[order[start + i]] & 0xff) << (8 * i);
            }
            for (int i = 0; i <= octets; i++) {
                text.append(ALPHABET.charAt(bits >> (6 * i) & 63));
            }
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** The octets, repeated up to this length. */
    private static byte[] repeated(byte[] octets, int length) {
        byte[] whole = new byte[length];
        for (int i = 0; i < length; i++) {
            whole[i] = octets[i % octets.length];
        }
        return whole;
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has " + algorithm, e);
        }
    }
}
