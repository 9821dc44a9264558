package org.smtpguard.james.config;

import java.util.Locale;
import java.util.function.Predicate;

import org.apache.james.core.Username;

/**
 * {@code <delegate user="…" as="…"/>}: a user, or all users of a domain, may act as another user, or as all users of a domain.
 * Immutable.
 */
public final class DelegationRule {
    private static final String ALL_OF = "*@";

    private final Predicate<String> users;
    private final Predicate<String> others;

    private DelegationRule(Predicate<String> users, Predicate<String> others) {
        this.users = users;
        this.others = others;
    }

    /** @throws org.smtpguard.credential.InvalidConfigurationException naming the element and the fix */
    public static DelegationRule parse(ConfigurationElement element) {
        element.onlyAttributes("user", "as").onlyElements();
        return new DelegationRule(names(element, "user"), names(element, "as"));
    }

    private static Predicate<String> names(ConfigurationElement element, String attribute) {
        String pattern = element.requiredAttribute(attribute);
        boolean domain = pattern.startsWith(ALL_OF);
        String rest = domain ? pattern.substring(ALL_OF.length()) : pattern;
        if (rest.isEmpty() || rest.indexOf('*') >= 0 || (domain && rest.indexOf('@') >= 0)) {
            throw element.fault("has " + attribute + "=\"" + pattern + "\"; it can be a user, such as alice@example.org, or *@example.org"
                + " for all users of a domain");
        }
        if (domain) {
            String end = "@" + rest.toLowerCase(Locale.ROOT);
            return name -> name.endsWith(end);
        }
        try {
            return Username.of(pattern).asString()::equals;
        } catch (RuntimeException e) {
            throw element.fault("has " + attribute + "=\"" + pattern + "\", which is not a valid user name in James");
        }
    }

    /** @param user the authenticated user; both names are normalised */
    public boolean allows(String user, String other) {
        return users.test(user) && others.test(other);
    }
}
