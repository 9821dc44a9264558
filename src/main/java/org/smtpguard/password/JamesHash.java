package org.smtpguard.password;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The hashes of James' users repositories: three columns, joined as {@code algorithm$user$hash}, such as
 * {@code PBKDF2-SHA512-1000-512/plain$alice@example.org$…}. James' salt is the user's name, as stored in its table.
 *
 * <p>Accepts {@code PBKDF2} (SHA-1) and {@code PBKDF2-SHA512}, both with rounds and bits or without (1000, 512), and the digests
 * {@code MD5}, {@code SHA-1}, {@code SHA-256} and {@code SHA-512}, {@code /plain} or {@code /salted}; the hash in base64 or, as in the JPA
 * repository, in hexadecimal. Rejects {@code /legacy} and {@code /legacy_salted}, whose hashes are truncated. Makes no new hashes: the
 * scheme is for migration.
 */
public final class JamesHash implements PasswordScheme {
    private static final String NAME = "JAMES";
    private static final String FORM = "a {JAMES} hash is of the form algorithm$user$hash, the three columns of James' table";
    private static final Pattern PBKDF2 = Pattern.compile("PBKDF2(-SHA512)?(?:-([0-9]+)(?:-([0-9]+))?)?");
    private static final Map<String, String> DIGESTS =
        Map.of("MD5", "MD5", "SHA-1", "SHA-1", "SHA1", "SHA-1", "SHA-256", "SHA-256", "SHA-512", "SHA-512");

    private final CostLimits limits;

    public JamesHash(CostLimits limits) {
        this.limits = limits;
    }

    @Override
    public String name() {
        return NAME;
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
        int first = hash.indexOf('$');
        // A user name may contain a $; base64 does not.
        int last = hash.lastIndexOf('$');
        if (first < 0 || first == last) {
            throw new MalformedHashException(FORM);
        }
        String[] algorithm = hash.substring(0, first).split("/", -1);
        String mode = algorithm.length == 1 ? "plain" : algorithm[1];
        if (algorithm.length > 2 || (!mode.equals("plain") && !mode.equals("salted"))) {
            throw new MalformedHashException("the algorithm of the {JAMES} hash is neither /plain nor /salted; have a new password chosen");
        }
        String user = hash.substring(first + 1, last);
        // James wraps its base64 after 76 characters.
        String stored = hash.substring(last + 1).replaceAll("\\s+", "");
        Matcher pbkdf2 = PBKDF2.matcher(algorithm[0]);
        if (pbkdf2.matches()) {
            return pbkdf2(pbkdf2, user, stored);
        }
        if (!DIGESTS.containsKey(algorithm[0])) {
            throw new MalformedHashException("the algorithm of the {JAMES} hash is not one of "
                + "PBKDF2, PBKDF2-SHA512, MD5, SHA-1, SHA-256 and SHA-512");
        }
        return digest(DIGESTS.get(algorithm[0]), mode.equals("salted") ? user : "", stored);
    }

    private PasswordHash pbkdf2(Matcher algorithm, String user, String stored) {
        long rounds = algorithm.group(2) == null ? 1000 : Decode.number("the number of rounds of the {JAMES} hash", algorithm.group(2));
        long bits = algorithm.group(3) == null ? 512 : Decode.number("the number of bits of the {JAMES} hash", algorithm.group(3));
        byte[] tag = Decode.sized("the hash of the {JAMES} hash", base64(stored), 16, 128);
        if (tag.length * 8L != bits) {
            throw new MalformedHashException("the hash of the {JAMES} hash has not the " + bits + " bits that its algorithm says");
        }
        byte[] salt = user.getBytes(StandardCharsets.ISO_8859_1);
        return Pbkdf2.hash(NAME, algorithm.group(1) == null ? "HmacSHA1" : "HmacSHA512", rounds, salt, tag, limits);
    }

    private static PasswordHash digest(String digest, String salt, String stored) {
        int octets = Digests.digest(digest).length;
        boolean hex = Decode.isHex(stored) && stored.length() == 2 * octets;
        byte[] tag = Decode.sized("the hash of the {JAMES} hash", hex ? Decode.hex("", stored) : base64(stored), octets, octets);
        return new DerivedHash(NAME, digest, 1, tag, password -> hex
            ? Digests.digest(digest, salt.getBytes(StandardCharsets.UTF_8), password)
            // As in James: characters outside Latin-1 become question marks.
            : Digests.digest(digest, (salt + new String(password, StandardCharsets.UTF_8)).getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static byte[] base64(String stored) {
        return Decode.base64("the hash of the {JAMES} hash", stored);
    }

    @Override
    public String hash(byte[] password) {
        throw new IllegalArgumentException("{JAMES} hashes are accepted, but not made; choose another scheme");
    }

    @Override
    public boolean isMade() {
        return false;
    }

    @Override
    public Strength strength() {
        return Strength.FAST;
    }
}
