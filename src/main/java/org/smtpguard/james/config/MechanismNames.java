package org.smtpguard.james.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** The SASL mechanisms that {@code <mechanisms>} names. */
public final class MechanismNames {
    private static final Set<String> PASSWORD_MECHANISMS = Set.of("PLAIN", "LOGIN");

    private MechanismNames() {
    }

    /** The names in the text of the element, in upper case and in its order, each once. */
    public static Stream<String> parse(String text) {
        return Arrays.stream(text.split("[\\s,]+")).filter(name -> !name.isEmpty()).map(name -> name.toUpperCase(Locale.ROOT)).distinct();
    }

    /** Whether the mechanism sends the password: what James' {@code <plainAuthEnabled>} is about. */
    public static boolean isPassword(String mechanism) {
        return PASSWORD_MECHANISMS.contains(mechanism);
    }
}
