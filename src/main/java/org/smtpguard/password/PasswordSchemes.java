package org.smtpguard.password;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The schemes that are taken, by name: reads {@code {SCHEME}hash} as Dovecot and LDAP directories write it (RFC 2307
 * §5.3), and bare {@code $…$} hashes as htpasswd and crypt(3) write them. Scheme names are case-insensitive. Immutable.
 */
public final class PasswordSchemes {
    /** Names that only say "the hash says itself what it is". */
    private static final Set<String> GENERIC = Set.of("CRYPT", "ARGON2");

    private final List<PasswordScheme> schemes;
    private final Map<String, PasswordScheme> byName = new LinkedHashMap<>();

    /**
     * @param schemes the schemes taken; the first is the one for new hashes
     * @throws IllegalArgumentException if there is none, or if two go by the same name
     */
    public PasswordSchemes(List<PasswordScheme> schemes) {
        if (schemes.isEmpty()) {
            throw new IllegalArgumentException("No password scheme");
        }
        this.schemes = List.copyOf(schemes);
        for (PasswordScheme scheme : schemes) {
            List<String> names = new ArrayList<>(List.of(scheme.name()));
            names.addAll(scheme.aliases());
            for (String name : names) {
                if (byName.putIfAbsent(name.toUpperCase(Locale.ROOT), scheme) != null) {
                    throw new IllegalArgumentException("Two password schemes are named " + name);
                }
            }
        }
    }

    /** All schemes that this project knows but for plain passwords, Argon2id preferred, within the standard limits. */
    public static PasswordSchemes standard() {
        return standard(CostLimits.standard());
    }

    /**
     * All schemes that this project knows but for plain passwords, Argon2id preferred.
     *
     * @param limits for the hashes that are taken; new ones keep to them, too
     * @throws IllegalArgumentException if no new hash could be made within the limits
     */
    public static PasswordSchemes standard(CostLimits limits) {
        return new PasswordSchemes(List.of(
            Argon2.id(limits), Argon2.i(limits), Argon2.d(limits), new Scrypt(limits), new BCrypt(limits),
            Pbkdf2.sha256(limits), Pbkdf2.sha512(limits), Pbkdf2.sha1(limits), Scram.sha256(limits), Scram.sha512(limits),
            UnixCrypt.sha512(limits), UnixCrypt.sha256(limits), UnixCrypt.md5(), UnixCrypt.apr1(),
            Sha.salted512(), Sha.salted256(), Sha.salted1(), Sha.sha512(), Sha.sha256(), Sha.sha1(), new JamesHash(limits)));
    }

    /** The same schemes and plain passwords: {@code {PLAIN}}, {@code {CLEARTEXT}}. Never preferred. */
    public PasswordSchemes withPlain() {
        List<PasswordScheme> more = new ArrayList<>(schemes);
        more.add(new Plain());
        return new PasswordSchemes(more);
    }

    /**
     * The same schemes with another one for new hashes.
     *
     * @throws IllegalArgumentException if there is no scheme of that name
     */
    public PasswordSchemes preferring(String name) {
        PasswordScheme preferred = named(name).orElseThrow(() -> new IllegalArgumentException("known are " + known()));
        List<PasswordScheme> reordered = new ArrayList<>(schemes);
        reordered.remove(preferred);
        reordered.add(0, preferred);
        return new PasswordSchemes(reordered);
    }

    /** The scheme for new hashes. */
    public PasswordScheme preferred() {
        return schemes.get(0);
    }

    /** The scheme of that name or alias, in whatever case. */
    public Optional<PasswordScheme> named(String name) {
        return Optional.ofNullable(byName.get(name.toUpperCase(Locale.ROOT)));
    }

    /**
     * Whether a user would be better off with a new hash: of a scheme that is weaker than the preferred one, or of that one at
     * less than its cost. Keys for SCRAM are never outdated: no other hash can do what they are there for.
     */
    public boolean isOutdated(PasswordHash hash) {
        if (hash.scram().isPresent()) {
            return false;
        }
        PasswordScheme preferred = preferred();
        if (hash.scheme().equals(preferred.name())) {
            return hash.work() < preferred.recommendedWork();
        }
        return named(hash.scheme()).map(scheme -> scheme.strength().compareTo(preferred.strength()) < 0).orElse(false);
    }

    /** A new hash of the preferred scheme, with its {@code {SCHEME}}. */
    public String hash(byte[] password) {
        return "{" + preferred().name() + "}" + preferred().hash(password);
    }

    /**
     * Reads {@code {SCHEME}hash}, or a bare hash that one of the schemes recognises. {@code {CRYPT}} and {@code {ARGON2}}, which
     * directories write, are as good as nothing.
     *
     * @throws MalformedHash saying what is wrong, without any part of the text
     */
    public PasswordHash read(String text) {
        if (!text.startsWith("{")) {
            return bare(text, "the password does not say its scheme; write one of " + known() + " before the hash");
        }
        int end = text.indexOf('}');
        if (end < 0) {
            throw new MalformedHash("the scheme's closing brace is missing; write one of " + known() + " before the hash");
        }
        String name = text.substring(1, end).toUpperCase(Locale.ROOT);
        String hash = text.substring(end + 1);
        Optional<PasswordScheme> scheme = named(name);
        if (scheme.isPresent()) {
            return scheme.get().read(hash);
        }
        if (GENERIC.contains(name)) {
            return bare(hash, "the hash behind {" + name + "} is of no form that is known here; make a new one");
        }
        if (Plain.NAMES.contains(name)) {
            throw new MalformedHash("plain passwords are not allowed here; make a hash of it");
        }
        // The name is not repeated: who forgets the scheme may have a password in braces there.
        throw new MalformedHash("the scheme is not known here; known are " + known());
    }

    private PasswordHash bare(String hash, String otherwise) {
        return schemes.stream()
            .filter(scheme -> scheme.recognises(hash))
            .findFirst()
            .orElseThrow(() -> new MalformedHash(otherwise))
            .read(hash);
    }

    private String known() {
        return schemes.stream().map(scheme -> "{" + scheme.name() + "}").collect(Collectors.joining(", "));
    }

    /** The names, preferred first. */
    @Override
    public String toString() {
        return known();
    }
}
