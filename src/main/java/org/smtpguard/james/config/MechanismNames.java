package org.smtpguard.james.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Parses the names of SASL mechanisms in {@code <mechanisms>}. */
public final class MechanismNames {
    private static final Set<String> PASSWORD_MECHANISMS = Set.of("PLAIN", "LOGIN");

    private MechanismNames() {
    }

    /** The distinct names in the element's text, in upper case and in order. */
    public static Stream<String> parse(String text) {
        return Arrays.stream(text.split("[\\s,]+")).filter(name -> !name.isEmpty()).map(name -> name.toUpperCase(Locale.ROOT)).distinct();
    }

    /** Whether the mechanism sends the password: James' {@code <plainAuthEnabled>} controls these. */
    public static boolean isPassword(String mechanism) {
        return PASSWORD_MECHANISMS.contains(mechanism);
    }
}
