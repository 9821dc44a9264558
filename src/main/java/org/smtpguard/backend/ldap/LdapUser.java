package org.smtpguard.backend.ldap;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name that a client has sent, for the places that a filter or a DN has for it: {@code {user}} is all of it,
 * {@code {localpart}} what stands before its last @ (all of it where there is none), {@code {domain}} what stands behind. Immutable.
 */
final class LdapUser {
    /** What may stand there, in words for the operator. */
    static final String PLACES = "{user}, {localpart} or {domain}";

    private static final Pattern PLACE = Pattern.compile("\\{(user|localpart|domain)}");
    /** What RFC 4518 has a directory leave out of a comparison, or take for a blank, or not compare at all. */
    private static final Pattern BLURRED = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]"
        + "|[\\u034F\\u1806\\u180B-\\u180D\\uFE00-\\uFE0F\\uFFFC\\uFFFD]|[\\p{Zs}&&[^ ]]|^ | $|  ");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}");

    private final String name;
    private final Map<String, String> parts;

    LdapUser(String name) {
        int at = name.lastIndexOf('@');
        this.name = name;
        this.parts = Map.of("user", name,
            "localpart", at < 0 ? name : name.substring(0, at),
            "domain", at < 0 ? "" : name.substring(at + 1));
    }

    /** Whether the text has a place for a name. */
    static boolean isNamedIn(String text) {
        return PLACE.matcher(text).find();
    }

    /** Whether there is something for each place of the text. If not, nobody can have that name here. */
    boolean fills(String text) {
        return PLACE.matcher(text).results().map(this::part).noneMatch(String::isEmpty);
    }

    /** The text with this name in its places, as it is: it is for the caller to take it for a value, whatever it looks like. */
    String in(String text) {
        // In one pass: a name such as "{domain}" is a name, too.
        return PLACE.matcher(text).replaceAll(place -> Matcher.quoteReplacement(part(place)));
    }

    private String part(MatchResult place) {
        return parts.get(place.group(1));
    }

    /**
     * Whether a directory takes it, and each part of it, for nothing else but for its case. Otherwise one user could go on by many
     * names: "alice" with a zero octet, a needless blank or a wide letter finds the entry of alice (RFC 4518 2).
     */
    boolean isDistinct() {
        return parts.values().stream()
            .allMatch(part -> Normalizer.isNormalized(part, Normalizer.Form.NFKC) && !BLURRED.matcher(part).find());
    }

    /** Whether it is made of letters, digits, and what else addresses consist of in ASCII: any directory can have such a name. */
    boolean isPlain() {
        return PLAIN.matcher(name).matches();
    }

    /** As James writes user names: in lower case. */
    String normalised() {
        return name.toLowerCase(Locale.ROOT);
    }
}
