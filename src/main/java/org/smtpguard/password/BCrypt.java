package org.smtpguard.password;

import java.util.Base64;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/**
 * bcrypt in OpenBSD's format: {@code $2b$10$} followed by 22 characters of salt and 31 of hash. {@code $2a$}, {@code $2b$} and
 * {@code $2y$} are the same algorithm; {@code $2x$} marks hashes of an old faulty implementation and is rejected. New hashes are
 * {@code $2y$} with cost 10. Accepts costs of 4 to 16, unless the limits differ; each step doubles the time.
 *
 * <p>bcrypt uses only the first 72 octets of a password. Implementations in C stop at a NUL, so a password with a NUL never matches and
 * cannot be hashed.
 */
public final class BCrypt implements PasswordScheme {
    private static final String NAME = "BCRYPT";
    /** bcrypt's base64 has the same 64 characters in another order. */
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

    /** bcrypt at the recommended cost, 10, with custom limits for existing hashes. */
    public BCrypt(CostLimits limits) {
        this((int) Math.min(10, limits.of(CostLimits.CostLimit.BCRYPT_COST)), limits);
    }

    /**
     * bcrypt with a custom cost for new hashes.
     *
     * @param cost 4 to 16, the binary logarithm of the number of rounds
     * @throws IllegalArgumentException if the cost is out of range
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

    /** Dovecot's name: Blowfish crypt. */
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
            throw new IllegalArgumentException("bcrypt cannot hash a password that contains a NUL");
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

    /** A password with a NUL matches no tag; one is computed nevertheless, so that the refusal takes the usual time. */
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
