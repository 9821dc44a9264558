package org.smtpguard.password;

import java.util.Arrays;
import java.util.Base64;
import java.util.Set;

/**
 * A single digest of the password, or of the password and a salt that follows the digest, as in LDAP directories (RFC 2307, RFC 3112), in
 * base64 or hexadecimal.
 *
 * <p>If the scheme does not say which, as in Dovecot, the hash is hexadecimal if it has only hexadecimal digits; base64 of 27 or more
 * characters never has only those.
 */
public final class Sha implements PasswordScheme {
    private static final int NEW_SALT_OCTETS = 16;
    private static final int MAX_SALT_OCTETS = 64;
    /** The minimum of all known tools. */
    private static final int USUAL_SALT_OCTETS = 4;

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
        return new Sha("SHA", Set.of("SHA1"), "SHA-1", 20, false);
    }

    public static Sha sha256() {
        return new Sha("SHA256", Set.of(), "SHA-256", 32, false);
    }

    public static Sha sha512() {
        return new Sha("SHA512", Set.of(), "SHA-512", 64, false);
    }

    public static Sha salted1() {
        return new Sha("SSHA", Set.of(), "SHA-1", 20, true);
    }

    public static Sha salted256() {
        return new Sha("SSHA256", Set.of(), "SHA-256", 32, true);
    }

    public static Sha salted512() {
        return new Sha("SSHA512", Set.of(), "SHA-512", 64, true);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<String> aliases() {
        return aliases;
    }

    /** Never: a digest without a scheme name could be anything. */
    @Override
    public boolean recognises(String hash) {
        return false;
    }

    @Override
    public PasswordHash read(String hash) {
        return read(Decode.isHex(hash) && hash.length() >= 2 * digestOctets ? Decode.hex(what(), hash) : Decode.base64(what(), hash));
    }

    @Override
    public PasswordHash read(byte[] octets) {
        Decode.sized(what(), octets, salted ? digestOctets + 1 : digestOctets, salted ? digestOctets + MAX_SALT_OCTETS : digestOctets);
        byte[] salt = Arrays.copyOfRange(octets, digestOctets, octets.length);
        byte[] tag = Arrays.copyOf(octets, digestOctets);
        DerivedHash hash = new DerivedHash(name, "rounds=1", 1, tag, password -> Digests.digest(digest, password, salt));
        return salted && salt.length < USUAL_SALT_OCTETS
            ? hash.doubted(what() + " has a salt of " + salt.length + " octets, but " + USUAL_SALT_OCTETS
                + " or more are usual: is it truncated?")
            : hash;
    }

    private String what() {
        return "the " + name + " hash";
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
