package org.smtpguard.backend.ldap;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name that a client has sent, for the placeholders of a filter or a DN: {@code {user}} is the whole name, {@code {localpart}}
 * the part before its last @ (the whole name if there is none), {@code {domain}} the part after it. Immutable.
 */
final class LdapUser {
    /** The placeholders, in words for the operator. */
    static final String PLACEHOLDERS = "{user}, {localpart} or {domain}";

    static final Pattern PLACEHOLDER = Pattern.compile("\\{(user|localpart|domain)}");
    /** What a directory ignores in a comparison, treats as a space, or does not compare at all (RFC 4518 §2). */
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

    /** Whether the text has a placeholder. */
    static boolean isNamedIn(String text) {
        return PLACEHOLDER.matcher(text).find();
    }

    /** Whether no placeholder of the text would be empty. If one would be, the user is unknown. */
    boolean fills(String text) {
        return PLACEHOLDER.matcher(text).results().map(this::part).noneMatch(String::isEmpty);
    }

    /** The text with its placeholders replaced, without escaping: the caller has to use it as a value. */
    String in(String text) {
        return in(text, UnaryOperator.identity());
    }

    /** The text with its placeholders replaced by the escaped parts of the name. */
    String in(String text, UnaryOperator<String> escape) {
        // In one pass: "{domain}" may be a user's name.
        return PLACEHOLDER.matcher(text).replaceAll(placeholder -> Matcher.quoteReplacement(escape.apply(part(placeholder))));
    }

    private String part(MatchResult placeholder) {
        return parts.get(placeholder.group(1));
    }

    /**
     * Whether a directory distinguishes it, and each part of it, from all other names, apart from case. Otherwise one user could be
     * logged in by many names: "alice" with a zero octet, an extra space or a wide letter finds the entry of alice (RFC 4518 §2).
     */
    boolean isDistinct() {
        return parts.values().stream()
            .allMatch(part -> Normalizer.isNormalized(part, Normalizer.Form.NFKC) && !BLURRED.matcher(part).find());
    }

    /** Whether it has only ASCII letters, digits and the usual characters of addresses: valid in any directory. */
    boolean isPlain() {
        return PLAIN.matcher(name).matches();
    }

    /** As James writes user names: in lower case. */
    String normalised() {
        return name.toLowerCase(Locale.ROOT);
    }
}
