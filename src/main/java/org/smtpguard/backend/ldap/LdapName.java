package org.smtpguard.backend.ldap;

import java.util.Arrays;
import java.util.Optional;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.RDN;
import org.smtpguard.credential.BackendSettings;

/**
 * The DN to bind as, with placeholders for the name, or what Active Directory accepts in its place, such as
 * {@code {localpart}@corp.example.org}. A DN is parsed once; for each user only its values are replaced, and escaped by the SDK,
 * so that a name cannot add anything to it. Active Directory's form is text, so only plain names are accepted in it. Immutable.
 */
final class LdapName {
    private final String text;
    private final Optional<DN> dn;

    private LdapName(String text, Optional<DN> dn) {
        this.text = text;
        this.dn = dn;
    }

    /** @throws org.smtpguard.credential.InvalidConfigurationException if it is neither, or has no placeholder */
    static LdapName parse(BackendSettings settings, String element) {
        String text = settings.required(element);
        LdapName name;
        try {
            name = new LdapName(text, text.contains("=") ? Optional.of(new DN(text)) : Optional.empty());
        } catch (LDAPException e) {
            throw settings.fault("has a <" + element + "> that is no DN; write it as uid={localpart},ou=people,dc=example,dc=org");
        }
        if (!LdapUser.isNamedIn(text) || (name.dn.isPresent() && name.as(new LdapUser("x@x")).equals(name.dn.get().toString()))) {
            throw settings.fault("has a <" + element + "> that is the same for all users; write " + LdapUser.PLACEHOLDERS
                + " in the place of a value");
        }
        return name;
    }

    /** Whether it is the DN of an entry, which can be read. */
    boolean isDn() {
        return dn.isPresent();
    }

    /** Whether the name can be filled in. */
    boolean canBe(LdapUser user) {
        return user.fills(text) && (dn.isPresent() || user.isPlain());
    }

    /** The DN, or what is used in its place, for that user. */
    String as(LdapUser user) {
        return dn.map(template -> new DN(Arrays.stream(template.getRDNs()).map(rdn -> fill(rdn, user)).toArray(RDN[]::new)).toString())
            .orElseGet(() -> user.in(text));
    }

    private static RDN fill(RDN rdn, LdapUser user) {
        // A value without a placeholder is kept octet by octet: it may be binary.
        return LdapUser.isNamedIn(rdn.toString())
            ? new RDN(rdn.getAttributeNames(), Arrays.stream(rdn.getAttributeValues()).map(user::in).toArray(String[]::new))
            : rdn;
    }
}
