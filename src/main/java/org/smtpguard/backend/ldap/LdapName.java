package org.smtpguard.backend.ldap;

import java.util.Arrays;
import java.util.Optional;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.RDN;
import org.smtpguard.credential.BackendSettings;

/**
 * What a user binds as, with places for the name: a DN, or what Active Directory takes in its place, such as
 * {@code {localpart}@corp.example.org}. A DN is read once; for each user its values alone are made anew, and escaped by the SDK,
 * so that a name cannot add anything to it. A name for Active Directory is text, so only plain names find a place in it.
 */
final class LdapName {
    private final String text;
    private final Optional<DN> dn;

    private LdapName(String text, Optional<DN> dn) {
        this.text = text;
        this.dn = dn;
    }

    /** @throws org.smtpguard.credential.InvalidConfigurationException if it is neither, or has no place for the name */
    static LdapName parse(BackendSettings settings, String element) {
        String text = settings.required(element);
        LdapName name;
        try {
            name = new LdapName(text, text.contains("=") ? Optional.of(new DN(text)) : Optional.empty());
        } catch (LDAPException e) {
            throw settings.fault("has a <" + element + "> that is no DN; write it as uid={localpart},ou=people,dc=example,dc=org");
        }
        if (!LdapUser.isNamedIn(text) || name.dn.isPresent() && name.as(new LdapUser("x@x")).equals(name.dn.get().toString())) {
            throw settings.fault("has a <" + element + "> that is the same for all users; write " + LdapUser.PLACES
                + " in the place of a value");
        }
        return name;
    }

    /** Whether it is the DN of an entry, which can be read. */
    boolean isDn() {
        return dn.isPresent();
    }

    /** Whether anybody can have that name. */
    boolean canBe(LdapUser user) {
        return user.fills(text) && (dn.isPresent() || user.isPlain());
    }

    /** What that user binds as. */
    String as(LdapUser user) {
        return dn.map(template -> new DN(Arrays.stream(template.getRDNs()).map(rdn -> fill(rdn, user)).toArray(RDN[]::new)).toString())
            .orElseGet(() -> user.in(text));
    }

    private static RDN fill(RDN rdn, LdapUser user) {
        // A value without a place stays as it was, octet by octet: it need not be text.
        return LdapUser.isNamedIn(rdn.toString())
            ? new RDN(rdn.getAttributeNames(), Arrays.stream(rdn.getAttributeValues()).map(user::in).toArray(String[]::new))
            : rdn;
    }
}
