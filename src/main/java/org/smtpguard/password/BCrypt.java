package org.smtpguard.password;

import java.util.Base64;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/**
 * bcrypt as OpenBSD writes it: {@code $2b$10$} followed by 22 characters of salt and 31 of hash. {@code $2a$}, {@code $2b$}
 * and {@code $2y$} are three names for one algorithm; {@code $2x$} marks the hashes of an old faulty implementation and is
 * refused. New hashes are {@code $2y$} at cost 10; hashes of cost 4 to 16 are taken, unless the limits say
 * otherwise (each step doubles the time).
 *
 * <p>Two traits of bcrypt to know: only the first 72 octets of a password count, here as everywhere; and no implementation
 * in C sees past a NUL, while the algorithm itself takes "x NUL x" for "x". A password with a NUL in it therefore never
 * matches and cannot be hashed.
 */
public final class BCrypt implements PasswordScheme {
    private static final String NAME = "BCRYPT";
    /** bcrypt's own base64 has the same 64 characters in another order. */
    private static final String BCRYPT_ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final String BASE64_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static final Pattern FORM = Pattern.compile("\\$2([a-z]?)\\$([0-9]{2})\\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})");
    private static final Pattern BEGINNING = Pattern.compile("\\$2[a-z]?\\$.*");
    private static final int MIN_COST = 4;
    private static final int TAG_CHARACTERS = 31;
    private static final int SALT_OCTETS = 16;
    private static final byte[] NO_TAG = new byte[0];

    private final CostLimits limits;
    private final int recommended;

    /** bcrypt at the recommended cost, 10. */
    public BCrypt() {
        this(10);
    }

    /** bcrypt at the recommended cost, 10, with limits of one's own for the hashes that are taken. */
    public BCrypt(CostLimits limits) {
        this((int) Math.min(10, limits.of(CostLimits.CostLimit.BCRYPT_COST)), limits);
    }

    /**
     * bcrypt at a cost of one's own, for new hashes.
     *
     * @param cost 4 to 16; two to the power of it rounds
     * @throws IllegalArgumentException if it is out of range
     */
    public BCrypt(int cost) {
        this(cost, CostLimits.standard());
    }

    private BCrypt(int cost, CostLimits limits) {
        this.limits = limits;
        this.recommended = within(cost);
    }

    @Override
    public String name() {
        return NAME;
    }

    /** Dovecot's name for it: Blowfish crypt. */
    @Override
    public Set<String> aliases() {
        return Set.of("BLF-CRYPT");
    }

    @Override
    public boolean recognises(String hash) {
        return BEGINNING.matcher(hash).matches();
    }

    @Override
    public PasswordHash read(String hash) {
        Matcher form = FORM.matcher(hash);
        if (!form.matches()) {
            throw new MalformedHashException(recognises(hash)
                ? "a bcrypt hash has 60 characters: $2y$, two digits of cost, $, 22 characters of salt and 31 of hash (./A-Za-z0-9)"
                : "a bcrypt hash begins with $2a$, $2b$ or $2y$");
        }
        if (form.group(1).isEmpty() || "aby".indexOf(form.group(1).charAt(0)) < 0) {
            throw new MalformedHashException("the bcrypt hash is neither $2a$ nor $2b$ nor $2y$; make a new one");
        }
        int cost = within(Integer.parseInt(form.group(2)));
        byte[] salt = octets(form.group(3));
        return new DerivedHash(NAME, String.valueOf(cost), cost, octets(form.group(4)), password -> tag(password, salt, cost));
    }

    @Override
    public String hash(byte[] password) {
        if (hasNul(password)) {
            throw new IllegalArgumentException("bcrypt cannot hold a password with a NUL in it");
        }
        return OpenBSDBCrypt.generate("2y", password, DerivedHash.random(SALT_OCTETS), recommended);
    }

    @Override
    public Strength strength() {
        return Strength.SLOW;
    }

    @Override
    public long recommendedWork() {
        return recommended;
    }

    private int within(int cost) {
        return (int) Decode.within("the bcrypt cost", cost, MIN_COST, limits.of(CostLimits.CostLimit.BCRYPT_COST));
    }

    /** Of a password with a NUL no tag is right; it is computed all the same: the refusal costs what every other costs. */
    private static byte[] tag(byte[] password, byte[] salt, int cost) {
        String computed = OpenBSDBCrypt.generate("2y", password, salt, cost);
        byte[] tag = octets(computed.substring(computed.length() - TAG_CHARACTERS));
        return hasNul(password) ? NO_TAG : tag;
    }

    private static byte[] octets(String characters) {
        StringBuilder base64 = new StringBuilder(characters.length());
        characters.chars().forEach(c -> base64.append(BASE64_ALPHABET.charAt(BCRYPT_ALPHABET.indexOf(c))));
        return Base64.getDecoder().decode(base64.toString());
    }

    private static boolean hasNul(byte[] password) {
        for (byte octet : password) {
            if (octet == 0) {
                return true;
            }
        }
        return false;
    }
}
