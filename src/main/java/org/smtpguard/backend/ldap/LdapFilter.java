package org.smtpguard.backend.ldap;

import java.util.Arrays;

import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import org.smtpguard.credential.BackendSettings;

/**
 * The filter by which a user's entry is found, with places for the name. It is read once; for each name its values alone are
 * made anew, and none of them is ever read as part of a filter. So there is nothing that a name could add to it.
 */
final class LdapFilter {
    private final String text;
    private final Filter filter;

    private LdapFilter(String text, Filter filter) {
        this.text = text;
        this.filter = filter;
    }

    /** @throws org.smtpguard.credential.InvalidConfigurationException if it is no filter, or has no place for the name */
    static LdapFilter parse(BackendSettings settings, String element) {
        String text = settings.required(element);
        try {
            Filter filter = Filter.create(text);
            if (!hasPlace(filter)) {
                throw settings.fault("has a <" + element + "> that is the same for all users; write " + LdapUser.PLACES
                    + " in the place of a value, such as (mail={user})");
            }
            return new LdapFilter(text, filter);
        } catch (LDAPException e) {
            throw settings.fault("has a <" + element + "> that is no LDAP filter; write it as (&(objectClass=inetOrgPerson)(mail={user})),"
                + " in XML with &amp; for &");
        }
    }

    /** Whether anybody can have that name. */
    boolean canFind(LdapUser user) {
        return user.fills(text);
    }

    Filter of(LdapUser user) {
        return fill(filter, user);
    }

    private static boolean hasPlace(Filter filter) {
        switch (filter.getFilterType()) {
            case Filter.FILTER_TYPE_AND:
            case Filter.FILTER_TYPE_OR:
                return Arrays.stream(filter.getComponents()).anyMatch(LdapFilter::hasPlace);
            case Filter.FILTER_TYPE_NOT:
                return hasPlace(filter.getNOTComponent());
            default:
                // Of this very kind of filter, everything that is no value is a name of an attribute or of a rule: no place for a place.
                return LdapUser.isNamedIn(filter.toString()) && !fill(filter, new LdapUser("x@x")).equals(filter);
        }
    }

    private static Filter fill(Filter filter, LdapUser user) {
        switch (filter.getFilterType()) {
            case Filter.FILTER_TYPE_AND:
                return Filter.createANDFilter(fill(filter.getComponents(), user));
            case Filter.FILTER_TYPE_OR:
                return Filter.createORFilter(fill(filter.getComponents(), user));
            case Filter.FILTER_TYPE_NOT:
                return Filter.createNOTFilter(fill(filter.getNOTComponent(), user));
            case Filter.FILTER_TYPE_PRESENCE:
                return filter;
            default:
                // A value without a place stays as it was, octet by octet: it need not be text.
                return LdapUser.isNamedIn(filter.toString()) ? fillValue(filter, user) : filter;
        }
    }

    private static Filter[] fill(Filter[] components, LdapUser user) {
        return Arrays.stream(components).map(component -> fill(component, user)).toArray(Filter[]::new);
    }

    private static Filter fillValue(Filter filter, LdapUser user) {
        String attribute = filter.getAttributeName();
        switch (filter.getFilterType()) {
            case Filter.FILTER_TYPE_SUBSTRING:
                return Filter.createSubstringFilter(attribute, piece(filter.getSubInitialString(), user),
                    Arrays.stream(filter.getSubAnyStrings()).map(user::in).toArray(String[]::new),
                    piece(filter.getSubFinalString(), user));
            case Filter.FILTER_TYPE_GREATER_OR_EQUAL:
                return Filter.createGreaterOrEqualFilter(attribute, user.in(filter.getAssertionValue()));
            case Filter.FILTER_TYPE_LESS_OR_EQUAL:
                return Filter.createLessOrEqualFilter(attribute, user.in(filter.getAssertionValue()));
            case Filter.FILTER_TYPE_APPROXIMATE_MATCH:
                return Filter.createApproximateMatchFilter(attribute, user.in(filter.getAssertionValue()));
            case Filter.FILTER_TYPE_EXTENSIBLE_MATCH:
                return Filter.createExtensibleMatchFilter(attribute, filter.getMatchingRuleID(), filter.getDNAttributes(),
                    user.in(filter.getAssertionValue()));
            default:
                return Filter.createEqualityFilter(attribute, user.in(filter.getAssertionValue()));
        }
    }

    /** The SDK's word for a piece that is not there is {@code null}, in and out. */
    private static String piece(String text, LdapUser user) {
        return text == null ? null : user.in(text);
    }
}
