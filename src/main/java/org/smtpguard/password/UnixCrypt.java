package org.smtpguard.password;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.codec.digest.Md5Crypt;
import org.apache.commons.codec.digest.Sha2Crypt;

/**
 * The crypt(3) family of digests that are repeated: {@code $6$} (SHA-512) and {@code $5$} (SHA-256) with their number of
 * rounds, which is 5,000 where none is written, {@code $1$} (MD5) and htpasswd's {@code $apr1$}, both of 1,000 rounds for ever.
 */
public final class UnixCrypt implements PasswordScheme {
    private static final int FIXED_MD5_ROUNDS = 1000;
    private static final int DEFAULT_SHA_ROUNDS = 5000;
    private static final int NEW_SHA_ROUNDS = 100_000;
    private static final String ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private final String name;
    private final String prefix;
    private final Pattern form;
    private final int saltCharacters;
    private final boolean rounds;
    private final long maxRounds;
    /** From a password, which it wipes, and the part before the hash to the whole. */
    private final BiFunction<byte[], String, String> algorithm;

    private UnixCrypt(String name, String prefix, int saltCharacters, int tagCharacters, long maxRounds,
            BiFunction<byte[], String, String> algorithm) {
        this.name = name;
        this.prefix = prefix;
        this.saltCharacters = saltCharacters;
        this.rounds = maxRounds > 0;
        this.maxRounds = maxRounds;
        this.algorithm = algorithm;
        this.form = Pattern.compile("(" + Pattern.quote(prefix) + (rounds ? "(?:rounds=([1-9][0-9]{0,8})\\$)?" : "()")
            + "[./0-9A-Za-z]{1," + saltCharacters + "}\\$)([./0-9A-Za-z]{" + tagCharacters + "})");
    }

    /** {@code $6$}. */
    public static UnixCrypt sha512(CostLimits limits) {
        return new UnixCrypt("SHA512-CRYPT", "$6$", 16, 86, limits.of(CostLimits.Limit.CRYPT_ROUNDS), Sha2Crypt::sha512Crypt);
    }

    /** {@code $5$}. */
    public static UnixCrypt sha256(CostLimits limits) {
        return new UnixCrypt("SHA256-CRYPT", "$5$", 16, 43, limits.of(CostLimits.Limit.CRYPT_ROUNDS), Sha2Crypt::sha256Crypt);
    }

    /** {@code $1$}. */
    public static UnixCrypt md5() {
        return new UnixCrypt("MD5-CRYPT", "$1$", 8, 22, 0, Md5Crypt::md5Crypt);
    }

    /** {@code $apr1$}, which htpasswd writes unless told otherwise. */
    public static UnixCrypt apr1() {
        return new UnixCrypt("APR1", "$apr1$", 8, 22, 0, Md5Crypt::apr1Crypt);
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
            throw new MalformedHash("a " + name + " hash is of the form " + prefix
                + (rounds ? "salt$hash or " + prefix + "rounds=…$" : "")
                + "salt$hash, of ./0-9A-Za-z, and this one is not, or was cut");
        }
        String setting = match.group(1);
        String written = match.group(2);
        long number = !rounds ? FIXED_MD5_ROUNDS : written == null ? DEFAULT_SHA_ROUNDS : Long.parseLong(written);
        if (rounds) {
            // Fewer than 1,000 are silently made 1,000 by crypt(3), so such a hash is of no password.
            Decode.within("the " + name + " hash has rounds", number, 1000, maxRounds);
        }
        byte[] tag = match.group(3).getBytes(StandardCharsets.US_ASCII);
        return new DerivedHash(name, "rounds=" + number, number, tag, password -> tag(password, setting));
    }

    private byte[] tag(byte[] password, String setting) {
        String whole = algorithm.apply(password.clone(), setting);
        return whole.substring(whole.lastIndexOf('$') + 1).getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String hash(byte[] password) {
        for (byte octet : password) {
            if (octet == 0) {
                throw new IllegalArgumentException("crypt(3) cannot hold a password with a NUL in it");
            }
        }
        StringBuilder setting = new StringBuilder(prefix);
        if (rounds) {
            setting.append("rounds=").append(recommendedWork()).append('$');
        }
        for (byte octet : DerivedHash.random(saltCharacters)) {
            setting.append(ALPHABET.charAt(octet & 63));
        }
        return algorithm.apply(password.clone(), setting.append('$').toString());
    }

    @Override
    public Strength strength() {
        return rounds ? Strength.SLOW : Strength.FAST;
    }

    @Override
    public long recommendedWork() {
        return rounds ? Math.min(NEW_SHA_ROUNDS, maxRounds) : FIXED_MD5_ROUNDS;
    }
}
