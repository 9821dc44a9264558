package org.smtpguard.password;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;

/**
 * PBKDF2 with HMAC (RFC 8018) in the usual formats: Dovecot's {@code $1$salt$rounds$hash} (SHA-1, the salt as text, the hash in
 * hexadecimal), passlib's {@code $pbkdf2-sha256$rounds$salt$hash}, PHC strings with {@code i=rounds}, and OpenLDAP's
 * {@code rounds$salt$hash} (base64 without padding, {@code .} allowed for {@code +}).
 *
 * <p>New hashes are in passlib's format, with the number of rounds that OWASP recommends for the digest.
 */
public final class Pbkdf2 implements PasswordScheme {
    private final String name;
    private final Set<String> aliases;
    private final String prefix;
    private final String hmac;
    private final int digestOctets;
    private final CostLimits limits;
    private final int recommended;
    private final PhcParameters parameters;

    private Pbkdf2(String name, Set<String> aliases, String prefix, String hmac, int digestOctets, int rounds, CostLimits limits) {
        this.name = name;
        this.aliases = aliases;
        this.prefix = prefix;
        this.hmac = hmac;
        this.digestOctets = digestOctets;
        this.limits = limits;
        this.parameters = new PhcParameters("a " + name + " hash", "i").withOptional("l");
        this.recommended = (int) Math.min(rounds, limits.of(CostLimits.CostLimit.PBKDF2_ROUNDS));
    }

    /** With SHA-1: the only one that Dovecot supports. */
    public static Pbkdf2 sha1(CostLimits limits) {
        return new Pbkdf2("PBKDF2", Set.of("PBKDF2-SHA1"), "$pbkdf2$", "HmacSHA1", 20, 1_300_000, limits);
    }

    public static Pbkdf2 sha256(CostLimits limits) {
        return new Pbkdf2("PBKDF2-SHA256", Set.of(), "$pbkdf2-sha256$", "HmacSHA256", 32, 600_000, limits);
    }

    public static Pbkdf2 sha512(CostLimits limits) {
        return new Pbkdf2("PBKDF2-SHA512", Set.of(), "$pbkdf2-sha512$", "HmacSHA512", 64, 210_000, limits);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<String> aliases() {
        return aliases;
    }

    @Override
    public boolean recognises(String hash) {
        return hash.startsWith(prefix);
    }

    @Override
    public PasswordHash read(String hash) {
        boolean dovecots = hash.startsWith("$1$") && hmac.equals("HmacSHA1");
        String[] fields = (dovecots ? hash.substring(3) : recognises(hash) ? hash.substring(prefix.length()) : hash).split("\\$", -1);
        if (fields.length != 3) {
            throw new MalformedHashException("a " + name + " hash is of the form " + prefix + "rounds$salt$hash"
                + (hmac.equals("HmacSHA1") ? " or $1$salt$rounds$hash" : ""));
        }
        String roundsField = dovecots ? fields[1] : fields[0];
        String saltField = dovecots ? fields[0] : fields[1];
        byte[] salt = dovecots ? saltField.getBytes(StandardCharsets.UTF_8) : Decode.adaptedBase64(part("salt"), saltField);
        byte[] tag = dovecots ? Decode.hex(part("hash"), fields[2]) : Decode.adaptedBase64(part("hash"), fields[2]);
        Decode.sized(part("salt"), salt, 1, 1024);
        Decode.sized(part("hash"), tag, 16, digestOctets);
        long rounds = roundsField.contains("=") ? parameters.read(roundsField).get("i")
            : Decode.number(part("number of rounds"), roundsField);
        return hash(name, hmac, rounds, salt, tag, limits);
    }

    private String part(String what) {
        return "the " + what + " of the " + name + " hash";
    }

    /** A PBKDF2 hash in any format. Checks the rounds; a tag longer than the digest multiplies them. */
    static PasswordHash hash(String scheme, String hmac, long rounds, byte[] salt, byte[] tag, CostLimits limits) {
        int digestOctets = hmac.equals("HmacSHA1") ? 20 : hmac.equals("HmacSHA256") ? 32 : 64;
        int blocks = (tag.length + digestOctets - 1) / digestOctets;
        long max = Math.max(1, limits.of(CostLimits.CostLimit.PBKDF2_ROUNDS) / blocks);
        int checked = (int) Decode.within("the " + scheme + " hash has rounds", rounds, 1, max);
        return new DerivedHash(scheme, hmac.substring(4) + " rounds=" + checked + (blocks == 1 ? "" : ",blocks=" + blocks), checked, tag,
            password -> Digests.pbkdf2(hmac, password, salt, checked, tag.length));
    }

    @Override
    public String hash(byte[] password) {
        byte[] salt = DerivedHash.random(16);
        return prefix + recommended + "$" + adaptedBase64(salt) + "$"
            + adaptedBase64(Digests.pbkdf2(hmac, password, salt, recommended, digestOctets));
    }

    private static String adaptedBase64(byte[] octets) {
        return Base64.getEncoder().withoutPadding().encodeToString(octets).replace('+', '.');
    }

    @Override
    public Strength strength() {
        return Strength.SLOW;
    }

    @Override
    public long recommendedWork() {
        return recommended;
    }
}
