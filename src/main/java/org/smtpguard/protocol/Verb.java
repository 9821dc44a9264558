package org.smtpguard.protocol;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The commands of RFC 5321 §4.1.1, AUTH (RFC 4954) and STARTTLS (RFC 3207). Everything else is {@link #OTHER}: a command of another
 * extension, or an unknown command.
 */
public enum Verb {
    EHLO, HELO, MAIL, RCPT, DATA, RSET, NOOP, QUIT, VRFY, EXPN, HELP, AUTH, STARTTLS, OTHER;

    private static final Map<String, Verb> BY_NAME = Stream.of(values())
        .filter(verb -> verb != OTHER)
        .collect(Collectors.toUnmodifiableMap(Verb::name, Function.identity()));

    /** @param word a command word in upper case */
    public static Verb of(String word) {
        return BY_NAME.getOrDefault(word, OTHER);
    }
}
