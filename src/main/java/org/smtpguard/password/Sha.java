package org.smtpguard.password;

import java.util.Arrays;
import java.util.Base64;
import java.util.Set;

/**
 * One digest of the password, or of the password and a salt that stands behind the digest, as LDAP directories keep it
 * (RFC 2307, RFC 3112): in base64, or in hexadecimal as Dovecot's {@code {SHA256.HEX}} says.
 *
 * <p>Which of the two is told by the hash itself, as Dovecot tells it where nothing is said: that 27 or more characters of
 * base64 happen to be hexadecimal digits alone does not happen.
 */
public final class Sha implements PasswordScheme {
    private static final int NEW_SALT_OCTETS = 16;
    private static final int MAX_SALT_OCTETS = 64;

    private final String name;
    private final Set<String> aliases;
    private final String digest;
    private final int digestOctets;
    private final boolean salted;

    private Sha(String name, Set<String> aliases, String digest, int digestOctets, boolean salted) {
        this.name = name;
        this.aliases = aliases;
        this.digest = digest;
        this.digestOctets = digestOctets;
        this.salted = salted;
    }

    public static Sha sha1() {
        Set<String> aliases = Set.of("SHA1", "SHA.HEX", "SHA.B64", "SHA.BASE64", "SHA1.HEX", "SHA1.B64", "SHA1.BASE64");
        return new Sha("SHA", aliases, "SHA-1", 20, false);
    }

    public static Sha sha256() {
        return new Sha("SHA256", encodings("SHA256"), "SHA-256", 32, false);
    }

    public static Sha sha512() {
        return new Sha("SHA512", encodings("SHA512"), "SHA-512", 64, false);
    }

    public static Sha salted1() {
        return new Sha("SSHA", encodings("SSHA"), "SHA-1", 20, true);
    }

    public static Sha salted256() {
        return new Sha("SSHA256", encodings("SSHA256"), "SHA-256", 32, true);
    }

    public static Sha salted512() {
        return new Sha("SSHA512", encodings("SSHA512"), "SHA-512", 64, true);
    }

    private static Set<String> encodings(String name) {
        return Set.of(name + ".HEX", name + ".B64", name + ".BASE64");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<String> aliases() {
        return aliases;
    }

    /** Never: without its name a digest could be anything. */
    @Override
    public boolean recognises(String hash) {
        return false;
    }

    @Override
    public PasswordHash read(String hash) {
        String what = "the " + name + " hash";
        byte[] octets = Decode.isHex(hash) && hash.length() >= 2 * digestOctets ? Decode.hex(what, hash) : Decode.base64(what, hash);
        Decode.sized(what, octets, salted ? digestOctets + 1 : digestOctets, salted ? digestOctets + MAX_SALT_OCTETS : digestOctets);
        byte[] salt = Arrays.copyOfRange(octets, digestOctets, octets.length);
        byte[] tag = Arrays.copyOf(octets, digestOctets);
        return new DerivedHash(name, "rounds=1", 1, tag, password -> Digests.digest(digest, password, salt));
    }

    @Override
    public String hash(byte[] password) {
        byte[] salt = DerivedHash.random(salted ? NEW_SALT_OCTETS : 0);
        byte[] octets = Arrays.copyOf(Digests.digest(digest, password, salt), digestOctets + salt.length);
        System.arraycopy(salt, 0, octets, digestOctets, salt.length);
        return Base64.getEncoder().encodeToString(octets);
    }

    @Override
    public Strength strength() {
        return Strength.FAST;
    }

    @Override
    public long recommendedWork() {
        return 1;
    }
}
