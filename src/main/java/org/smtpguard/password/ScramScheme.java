package org.smtpguard.password;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/**
 * SCRAM keys (RFC 5802 §3) in Dovecot's format: {@code iterations,salt,storedKey,serverKey}, all but the first in base64. SCRAM clients are
 * checked with {@link PasswordHash#scram()}, others with {@link PasswordHash#matches}. New keys have 15,000 iterations (RFC 7677 §4), which
 * the client has to compute too.
 *
 * <p>The caller prepares the password (SASLprep).
 */
public final class ScramScheme implements PasswordScheme {
    private static final int RECOMMENDED_ITERATIONS = 15_000;
    private static final int NEW_SALT_OCTETS = 16;
    private static final byte[] CLIENT_KEY = "Client Key".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SERVER_KEY = "Server Key".getBytes(StandardCharsets.US_ASCII);

    private final String name;
    private final String digest;
    private final String hmac;
    private final int digestOctets;
    private final CostLimits limits;

    private ScramScheme(String name, String digest, String hmac, int digestOctets, CostLimits limits) {
        this.name = name;
        this.digest = digest;
        this.hmac = hmac;
        this.digestOctets = digestOctets;
        this.limits = limits;
    }

    public static ScramScheme sha256(CostLimits limits) {
        return new ScramScheme("SCRAM-SHA-256", "SHA-256", "HmacSHA256", 32, limits);
    }

    public static ScramScheme sha512(CostLimits limits) {
        return new ScramScheme("SCRAM-SHA-512", "SHA-512", "HmacSHA512", 64, limits);
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
        return false;
    }

    @Override
    public PasswordHash read(String hash) {
        String[] fields = hash.split(",", -1);
        if (fields.length != 4) {
            throw new MalformedHashException("a " + name + " hash has four fields: iterations,salt,storedKey,serverKey");
        }
        int iterations = (int) Decode.within(part("number of iterations"), Decode.number(part("number of iterations"), fields[0]),
            1, limits.of(CostLimits.CostLimit.PBKDF2_ROUNDS));
        byte[] salt = Decode.sized(part("salt"), Decode.base64(part("salt"), fields[1]), 1, 1024);
        byte[] storedKey = Decode.sized(part("stored key"), Decode.base64(part("stored key"), fields[2]), digestOctets, digestOctets);
        byte[] serverKey = Decode.sized(part("server key"), Decode.base64(part("server key"), fields[3]), digestOctets, digestOctets);
        return new DerivedHash(name, "i=" + iterations, iterations, storedKey,
            password -> storedKey(Digests.pbkdf2(hmac, password, salt, iterations, digestOctets)),
            Optional.of(new ScramVerifier(name, iterations, salt, storedKey, serverKey)));
    }

    private String part(String what) {
        return "the " + what + " of the " + name + " hash";
    }

    private byte[] storedKey(byte[] saltedPassword) {
        return Digests.digest(digest, Digests.hmac(hmac, saltedPassword, CLIENT_KEY));
    }

    /** The keys of a prepared password with this salt, for several passwords of one user. */
    public ScramVerifier keys(byte[] password, byte[] salt, int iterations) {
        byte[] saltedPassword = Digests.pbkdf2(hmac, password, salt, iterations, digestOctets);
        return new ScramVerifier(name, iterations, salt, storedKey(saltedPassword), Digests.hmac(hmac, saltedPassword, SERVER_KEY));
    }

    @Override
    public String hash(byte[] password) {
        byte[] salt = DerivedHash.random(NEW_SALT_OCTETS);
        byte[] saltedPassword = Digests.pbkdf2(hmac, password, salt, (int) recommendedWork(), digestOctets);
        Base64.Encoder base64 = Base64.getEncoder();
        return recommendedWork() + "," + base64.encodeToString(salt) + "," + base64.encodeToString(storedKey(saltedPassword)) + ","
            + base64.encodeToString(Digests.hmac(hmac, saltedPassword, SERVER_KEY));
    }

    @Override
    public Strength strength() {
        return Strength.SLOW;
    }

    @Override
    public long recommendedWork() {
        return Math.min(RECOMMENDED_ITERATIONS, limits.of(CostLimits.CostLimit.PBKDF2_ROUNDS));
    }
}
