package org.smtpguard.password;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The iterated digests of crypt(3): {@code $6$} (SHA-512) and {@code $5$} (SHA-256), by default with 5,000 rounds; {@code $1$} (MD5) and
 * htpasswd's {@code $apr1$}, always with 1,000 rounds.
 *
 * <p>As in crypt(3), a salt is any text without {@code $}, {@code :} and control characters. It may be empty; octets beyond the maximum, 16
 * or (MD5) 8, are ignored.
 */
public final class UnixCrypt implements PasswordScheme {
    private static final int FIXED_MD5_ROUNDS = 1000;
    private static final int DEFAULT_SHA_ROUNDS = 5000;
    private static final int NEW_SHA_ROUNDS = 100_000;
    private static final int SHA_SALT = 16;
    private static final int MD5_SALT = 8;

    private final String name;
    private final String prefix;
    private final Pattern form;
    private final int saltOctets;
    private final boolean rounds;
    private final long maxRounds;
    private final Algorithm algorithm;

    private UnixCrypt(String name, String prefix, int saltOctets, int tagCharacters, long maxRounds, Algorithm algorithm) {
        this.name = name;
        this.prefix = prefix;
        this.saltOctets = saltOctets;
        this.rounds = maxRounds > 0;
        this.maxRounds = maxRounds;
        this.algorithm = algorithm;
        // If "rounds=" is not followed by a number and a $, glibc treats it as the salt, libxcrypt as an error.
        this.form = Pattern.compile(Pattern.quote(prefix) + (rounds ? "(?:rounds=([1-9][0-9]{0,8})\\$)?(?!rounds=)" : "()")
            + "([^$:\\p{Cntrl}]*)\\$([./0-9A-Za-z]{" + tagCharacters + "})");
    }

    /** {@code $6$}. */
    public static UnixCrypt sha512(CostLimits limits) {
        return new UnixCrypt("SHA512-CRYPT", "$6$", SHA_SALT, 86, limits.of(CostLimits.CostLimit.CRYPT_ROUNDS),
            (password, salt, rounds) -> CryptDigest.sha("SHA-512", password, salt, rounds));
    }

    /** {@code $5$}. */
    public static UnixCrypt sha256(CostLimits limits) {
        return new UnixCrypt("SHA256-CRYPT", "$5$", SHA_SALT, 43, limits.of(CostLimits.CostLimit.CRYPT_ROUNDS),
            (password, salt, rounds) -> CryptDigest.sha("SHA-256", password, salt, rounds));
    }

    /** {@code $1$}. */
    public static UnixCrypt md5() {
        return new UnixCrypt("MD5-CRYPT", "$1$", MD5_SALT, 22, 0, (password, salt, rounds) -> CryptDigest.md5("$1$", password, salt));
    }

    /** {@code $apr1$}, the default of htpasswd. */
    public static UnixCrypt apr1() {
        return new UnixCrypt("APR1", "$apr1$", MD5_SALT, 22, 0, (password, salt, rounds) -> CryptDigest.md5("$apr1$", password, salt));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<String> aliases() {
        return Set.of();
    }

    @Override
    public boolean recognises(String hash) {
        return hash.startsWith(prefix);
    }

    @Override
    public PasswordHash read(String hash) {
        Matcher match = form.matcher(hash);
        if (!match.matches()) {
            throw new MalformedHashException("a " + name + " hash is of the form " + prefix
                + (rounds ? "salt$hash or " + prefix + "rounds=…$" : "")
                + "salt$hash, its last part of ./0-9A-Za-z; this one is not, or is truncated");
        }
        String written = match.group(1);
        long number = !rounds ? FIXED_MD5_ROUNDS : written == null ? DEFAULT_SHA_ROUNDS : Long.parseLong(written);
        if (rounds) {
            // libxcrypt rejects fewer than 1,000, glibc silently uses 1,000: no such hash exists.
            Decode.within("the " + name + " hash has rounds", number, 1000, maxRounds);
        }
        byte[] saltText = match.group(2).getBytes(StandardCharsets.UTF_8);
        byte[] salt = Arrays.copyOf(saltText, Math.min(saltText.length, saltOctets));
        byte[] tag = match.group(3).getBytes(StandardCharsets.US_ASCII);
        return new DerivedHash(name, "rounds=" + number, number, tag, password -> algorithm.tag(password, salt, (int) number));
    }

    @Override
    public String hash(byte[] password) {
        for (byte octet : password) {
            if (octet == 0) {
                throw new IllegalArgumentException("crypt(3) cannot hash a password that contains a NUL");
            }
        }
        StringBuilder salt = new StringBuilder();
        for (byte octet : DerivedHash.random(saltOctets)) {
            salt.append(CryptDigest.ALPHABET.charAt(octet & 63));
        }
        byte[] tag = algorithm.tag(password, salt.toString().getBytes(StandardCharsets.US_ASCII), (int) recommendedWork());
        return prefix + (rounds ? "rounds=" + recommendedWork() + "$" : "") + salt + "$" + new String(tag, StandardCharsets.US_ASCII);
    }

    @Override
    public Strength strength() {
        return rounds ? Strength.SLOW : Strength.FAST;
    }

    @Override
    public long recommendedWork() {
        return rounds ? Math.min(NEW_SHA_ROUNDS, maxRounds) : FIXED_MD5_ROUNDS;
    }

    /** Computes the part after the salt. */
    private interface Algorithm {
        byte[] tag(byte[] password, byte[] salt, int rounds);
    }
}
