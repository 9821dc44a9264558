package org.smtpguard.backend.ldap;

import java.util.regex.Pattern;

import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import org.smtpguard.credential.BackendSettings;

/**
 * The filter that finds a user's entry, with placeholders for the name in its values. A name is escaped by the SDK, so that it
 * cannot add anything to the filter. Immutable.
 */
final class LdapFilter {
    /** Where a comparison has the name of an attribute or of a rule. */
    private static final Pattern PLACEHOLDER_OUTSIDE_VALUE = Pattern.compile("(^|\\()[^()=]*" + LdapUser.PLACEHOLDER.pattern());

    private final String text;

    private LdapFilter(String text) {
        this.text = text;
    }

    /** @throws org.smtpguard.credential.InvalidConfigurationException if it is no filter, or has no placeholder in a value */
    static LdapFilter parse(BackendSettings settings, String element) {
        LdapFilter filter = new LdapFilter(settings.required(element));
        try {
            Filter.create(filter.text);
        } catch (LDAPException e) {
            throw settings.fault("has a <" + element + "> that is no LDAP filter; write it as (&(objectClass=inetOrgPerson)(mail={user})),"
                + " in XML with &amp; for &");
        }
        if (!LdapUser.isNamedIn(filter.text) || PLACEHOLDER_OUTSIDE_VALUE.matcher(filter.text).find()) {
            throw settings.fault("has a <" + element + "> that is the same for all users; write " + LdapUser.PLACEHOLDERS
                + " in the place of a value, such as (mail={user})");
        }
        return filter;
    }

    /** Whether the name fills all placeholders. */
    boolean canFind(LdapUser user) {
        return user.fills(text);
    }

    Filter of(LdapUser user) {
        try {
            return Filter.create(user.in(text, Filter::encodeValue));
        } catch (LDAPException e) {
            // Escaped values do not make a filter invalid.
            throw new IllegalStateException(e);
        }
    }
}
