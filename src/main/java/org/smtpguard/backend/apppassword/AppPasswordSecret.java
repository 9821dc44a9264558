package org.smtpguard.backend.apppassword;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.smtpguard.credential.Secret;

/**
 * The secret of an app password: 128 random bits in Crockford's base32, with two check digits and a prefix, in groups of four:
 * {@code sgap-xxxx-xxxx-xxxx-xxxx-xxxx-xxxx-xxxx}. By the prefix the server knows which backend to query, and secret scanners find it.
 * By the check digits the operator's log tells a mistyped secret from a guessed one.
 *
 * <p>Case, hyphens and white space are ignored, and {@code o}, {@code i} and {@code l} are read as the digits that they look like.
 *
 * <p>Only its SHA-256 is stored. A slow hash is for passwords that can be guessed; 2<sup>128</sup> random secrets cannot be.
 * Immutable; {@link #toString} does not show it.
 */
final class AppPasswordSecret {
    static final String PREFIX = "sgap";

    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int RANDOM_OCTETS = 16;
    private static final int BITS = 5;
    private static final int RANDOM_SYMBOLS = 26;
    private static final int CHECK_SYMBOLS = 2;
    private static final int SYMBOLS = RANDOM_SYMBOLS + CHECK_SYMBOLS;
    private static final int GROUP = 4;
    /** Someone who has left out or added some characters has mistyped an app password nevertheless. */
    private static final int MISTYPED = 8;

    /** Without hyphens, in lower case, with the prefix. */
    private final String canonical;

    private AppPasswordSecret(String canonical) {
        this.canonical = canonical;
    }

    static AppPasswordSecret generate(SecureRandom random) {
        byte[] octets = new byte[RANDOM_OCTETS];
        random.nextBytes(octets);
        String symbols = IntStream.range(0, RANDOM_SYMBOLS).mapToObj(i -> symbol(bits(octets, i * BITS))).collect(Collectors.joining());
        return new AppPasswordSecret(PREFIX + symbols + check(symbols));
    }

    /** What a client has sent, if it looks like an app password, perhaps mistyped; empty if it is another password. */
    static Optional<AppPasswordSecret> read(Secret sent) {
        String text = new String(sent.bytes(), StandardCharsets.ISO_8859_1);
        StringBuilder canonical = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '-' && c != ' ' && c != '\t') {
                canonical.append(c);
            }
        }
        String symbols = canonical.toString().toLowerCase(Locale.ROOT);
        if (!symbols.startsWith(PREFIX) || Math.abs(symbols.length() - PREFIX.length() - SYMBOLS) > MISTYPED) {
            return Optional.empty();
        }
        return Optional.of(new AppPasswordSecret(PREFIX
            + symbols.substring(PREFIX.length()).replace('o', '0').replace('i', '1').replace('l', '1')));
    }

    /** False if it was mistyped: no such secret can have been issued. */
    boolean isWellFormed() {
        String symbols = canonical.substring(PREFIX.length());
        return symbols.length() == SYMBOLS && symbols.chars().allMatch(c -> ALPHABET.indexOf(c) >= 0)
            && symbols.substring(RANDOM_SYMBOLS).equals(check(symbols.substring(0, RANDOM_SYMBOLS)));
    }

    /** The form in which it is shown, and from which SCRAM keys are made. */
    String grouped() {
        StringBuilder grouped = new StringBuilder(PREFIX);
        for (int i = PREFIX.length(); i < canonical.length(); i += GROUP) {
            grouped.append('-').append(canonical, i, Math.min(i + GROUP, canonical.length()));
        }
        return grouped.toString();
    }

    /** The SHA-256 of the canonical form, in hexadecimal digits. */
    String hash() {
        return hexadecimal(sha256(canonical));
    }

    private static int bits(byte[] octets, int from) {
        int bits = 0;
        for (int i = from; i < from + BITS; i++) {
            int octet = i / Byte.SIZE < octets.length ? octets[i / Byte.SIZE] : 0;
            bits = (bits << 1) | ((octet >> (Byte.SIZE - 1 - i % Byte.SIZE)) & 1);
        }
        return bits;
    }

    private static String check(String symbols) {
        byte[] digest = sha256(PREFIX + symbols);
        return symbol(bits(digest, 0)) + symbol(bits(digest, BITS));
    }

    private static String symbol(int bits) {
        return ALPHABET.substring(bits, bits + 1);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    private static String hexadecimal(byte[] octets) {
        StringBuilder digits = new StringBuilder(octets.length * 2);
        for (byte octet : octets) {
            digits.append(Character.forDigit((octet >> 4) & 0xf, 16)).append(Character.forDigit(octet & 0xf, 16));
        }
        return digits.toString();
    }

    /** A random id of an app password: eight symbols that can be read out. */
    static String generateId(SecureRandom random) {
        byte[] octets = new byte[BITS];
        random.nextBytes(octets);
        return IntStream.range(0, Byte.SIZE).mapToObj(i -> symbol(bits(octets, i * BITS))).collect(Collectors.joining());
    }

    @Override
    public String toString() {
        return "(app password)";
    }
}
