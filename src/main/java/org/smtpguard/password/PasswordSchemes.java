package org.smtpguard.password;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The accepted schemes. Reads {@code {SCHEME}hash}, as Dovecot and LDAP directories write it (RFC 2307 §5.3), and bare {@code $…$}
 * hashes, as htpasswd and crypt(3) write them. Scheme names are case-insensitive. Immutable.
 */
public final class PasswordSchemes {
    /** Names that do not identify a scheme; the hash itself does. */
    private static final Set<String> GENERIC = Set.of("CRYPT", "ARGON2");

    private static final String MD5 = "MD5";
    /** The maximum length in characters: more than any hash has. */
    private static final int MAX_LENGTH = 4096;
    /** Known schemes that are not accepted. Without {@code $2x$}, for which {@link BCrypt} has its own message. */
    private static final Map<Pattern, String> NOT_ACCEPTED = Map.of(
        Pattern.compile("\\$g?y\\$.*"), "yescrypt ($y$)",
        Pattern.compile("\\$md5[$,].*"), "SunMD5 ($md5)",
        Pattern.compile("\\$sha1\\$.*"), "crypt(3)'s SHA-1 ($sha1$)",
        Pattern.compile("\\$3\\$.*"), "Windows NT ($3$)",
        Pattern.compile("_[./0-9A-Za-z]{19}|[./0-9A-Za-z]{13}"), "traditional DES");

    private final List<PasswordScheme> schemes;
    private final Map<String, PasswordScheme> byName = new LinkedHashMap<>();

    /**
     * @param schemes the accepted schemes; the first is used for new hashes
     * @throws IllegalArgumentException if there is none, or if two have the same name
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

    /** All schemes except plain passwords, Argon2id preferred, within the standard limits. */
    public static PasswordSchemes standard() {
        return standard(CostLimits.standard());
    }

    /**
     * All schemes except plain passwords, Argon2id preferred.
     *
     * @param limits for existing and new hashes
     * @throws IllegalArgumentException if no new hash can be made within the limits
     */
    public static PasswordSchemes standard(CostLimits limits) {
        return new PasswordSchemes(List.of(
            Argon2.id(limits), Argon2.i(limits), Argon2.d(limits), new Scrypt(limits), new BCrypt(limits),
            Pbkdf2.sha256(limits), Pbkdf2.sha512(limits), Pbkdf2.sha1(limits), ScramScheme.sha256(limits), ScramScheme.sha512(limits),
            UnixCrypt.sha512(limits), UnixCrypt.sha256(limits), UnixCrypt.md5(), UnixCrypt.apr1(),
            Sha.salted512(), Sha.salted256(), Sha.salted1(), Sha.sha512(), Sha.sha256(), Sha.sha1(), new JamesHash(limits)));
    }

    /** The same schemes, and plain passwords ({@code {PLAIN}}, {@code {CLEARTEXT}}) as the last one. */
    public PasswordSchemes withPlain() {
        List<PasswordScheme> more = new ArrayList<>(schemes);
        more.add(new PlainScheme());
        return new PasswordSchemes(more);
    }

    /**
     * The same schemes with another preferred one.
     *
     * @throws IllegalArgumentException if there is no scheme of this name that makes hashes
     */
    public PasswordSchemes preferring(String name) {
        PasswordScheme preferred = named(name).filter(PasswordScheme::isMade)
            .orElseThrow(() -> new IllegalArgumentException("known are " + made()));
        List<PasswordScheme> reordered = new ArrayList<>(schemes);
        reordered.remove(preferred);
        reordered.add(0, preferred);
        return new PasswordSchemes(reordered);
    }

    /** The scheme for new hashes. */
    public PasswordScheme preferred() {
        return schemes.get(0);
    }

    /** The scheme with this name or alias, ignoring case, with or without braces. */
    public Optional<PasswordScheme> named(String name) {
        boolean braces = name.startsWith("{") && name.endsWith("}") && name.length() > 1;
        return Optional.ofNullable(byName.get((braces ? name.substring(1, name.length() - 1) : name).toUpperCase(Locale.ROOT)));
    }

    /**
     * Whether a hash should be replaced: its scheme is weaker than the preferred one, or it is of the preferred one with a lower cost.
     * SCRAM keys are never outdated, since no other hash can replace them.
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

    /** Makes a hash of the preferred scheme, with its {@code {SCHEME}}. */
    public String hash(byte[] password) {
        return "{" + preferred().name() + "}" + preferred().hash(password);
    }

    /**
     * Reads {@code {SCHEME}hash}, or a bare hash that one of the schemes recognises. {@code {CRYPT}} and {@code {ARGON2}} are ignored. The
     * name may end in {@code .B64}, {@code .BASE64} or {@code .HEX}, as in Dovecot.
     *
     * @throws MalformedHashException if the text is invalid; the message contains no part of it
     */
    public PasswordHash read(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new MalformedHashException("it is longer than any hash; copy it again");
        }
        if (!text.startsWith("{")) {
            return bare(text, "the password does not say its scheme; write one of " + known() + " before the hash");
        }
        int end = text.indexOf('}');
        if (end < 0) {
            throw new MalformedHashException("the scheme's closing brace is missing; write one of " + known() + " before the hash");
        }
        String[] words = text.substring(1, end).toUpperCase(Locale.ROOT).split("\\.", 2);
        String hash = text.substring(end + 1);
        return words.length == 1 ? read(words[0], hash) : read(words[0], Wrapping.named(words[1]).orElseThrow(this::unknown), hash);
    }

    /** Whether {@code {SCHEME}} is a name for plain passwords, wrapped or not. */
    public static boolean isPlain(String scheme) {
        return PlainScheme.NAMES.contains(scheme.replaceAll("^\\{|(\\.[^}]*)?\\}$", "").toUpperCase(Locale.ROOT));
    }

    private PasswordHash read(String name, String hash) {
        Optional<PasswordScheme> scheme = named(name);
        if (scheme.isPresent()) {
            return scheme.get().read(hash);
        }
        if (isGeneric(name, hash)) {
            return bare(hash, "the hash after {" + name + "} has an unknown form; make a new one");
        }
        throw notAccepted(name);
    }

    private PasswordHash read(String name, Wrapping wrapping, String wrapped) {
        String what = "the hash after the scheme";
        Optional<PasswordScheme> scheme = named(name);
        if (scheme.isPresent()) {
            return scheme.get().read(wrapping.unwrap(what, wrapped));
        }
        if (!GENERIC.contains(name) && !name.equals(MD5)) {
            throw notAccepted(name);
        }
        return read(name, Decode.utf8(what, wrapping.unwrap(what, wrapped)));
    }

    /** Dovecot uses {@code {MD5}} for two kinds of hashes, one of which is MD5-crypt. */
    private static boolean isGeneric(String name, String hash) {
        return GENERIC.contains(name) || (name.equals(MD5) && hash.startsWith("$1$"));
    }

    private MalformedHashException notAccepted(String name) {
        // Other names are not repeated: if the scheme is missing, the text in braces may be part of a password.
        return PlainScheme.NAMES.contains(name) ? new MalformedHashException("plain passwords are not allowed here; make a hash of it")
            : unknown();
    }

    private MalformedHashException unknown() {
        return new MalformedHashException("the scheme is unknown; known are " + known());
    }

    private PasswordHash bare(String hash, String otherwise) {
        return schemes.stream()
            .filter(scheme -> scheme.recognises(hash))
            .findFirst()
            .orElseThrow(() -> new MalformedHashException(knownButNotAccepted(hash).orElse(otherwise)))
            .read(hash);
    }

    /** The message for a hash of a known scheme that is not accepted. */
    private static Optional<String> knownButNotAccepted(String hash) {
        return NOT_ACCEPTED.entrySet().stream().filter(form -> form.getKey().matcher(hash).matches()).findFirst()
            .map(form -> "the hash looks like " + form.getValue() + ", which is not supported; make a new one");
    }

    private String known() {
        return braced(schemes.stream());
    }

    /** The names of the schemes that make hashes, preferred first, in braces. */
    public String made() {
        return braced(schemes.stream().filter(PasswordScheme::isMade));
    }

    private static String braced(Stream<PasswordScheme> schemes) {
        return schemes.map(scheme -> "{" + scheme.name() + "}").collect(Collectors.joining(", "));
    }

    /** The names, preferred first. */
    @Override
    public String toString() {
        return known();
    }

    /** How a hash is wrapped. */
    private enum Wrapping {
        BASE64, HEX;

        /** @param suffix of a scheme's name, in upper case */
        static Optional<Wrapping> named(String suffix) {
            return suffix.equals("HEX") ? Optional.of(HEX)
                : suffix.equals("B64") || suffix.equals("BASE64") ? Optional.of(BASE64) : Optional.empty();
        }

        byte[] unwrap(String what, String text) {
            return this == HEX ? Decode.hex(what, text) : Decode.base64(what, text);
        }
    }
}
