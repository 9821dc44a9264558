package org.smtpguard.backend.ldap;

import java.util.Optional;
import java.util.function.LongSupplier;

import com.unboundid.ldap.sdk.DereferencePolicy;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Secret;

/**
 * Builds the user's DN from the name and binds. Most directories do not tell whether there is such a user (RFC 4511 §4.2.2 wants
 * {@code invalidCredentials} in both cases), and it is up to them to take the same time.
 */
final class LdapDirectBind implements LdapMethod {
    static final String USER_DN = "userDn";

    private final LdapServers servers;
    private final LdapName name;
    private final LdapAccounts accounts;
    private final LdapBinds binds;

    /**
     * @throws org.smtpguard.credential.InvalidConfigurationException if {@code <userDn>} is invalid, or is no DN while attributes have
     *     to be read
     */
    LdapDirectBind(BackendSettings settings, LdapServers servers, LongSupplier nanoTime) {
        this.servers = servers;
        this.name = LdapName.parse(settings, USER_DN);
        this.accounts = LdapAccounts.parse(settings);
        if (accounts.isRead() && !name.isDn()) {
            throw settings.fault("reads an attribute of the user's entry, which needs a DN in <" + USER_DN + ">; write one, or search for"
                + " the user by <filter>");
        }
        this.binds = new LdapBinds(servers, nanoTime);
    }

    @Override
    public CredentialResult judge(LdapUser user, Secret password, LdapDeadline deadline) throws LdapUnavailableException {
        if (!name.canBe(user)) {
            return CredentialResult.unknown();
        }
        String bindName = name.as(user);
        return binds.bind(user, bindName, password, deadline, (connection, limit) -> accounts.isRead()
            ? ownEntry(bindName, connection, limit).map(entry -> accounts.judge(user, entry))
                .orElseGet(() -> CredentialResult.unavailable("the user may not read its own entry"))
            : CredentialResult.accepted(user.normalised()));
    }

    private Optional<SearchResultEntry> ownEntry(String dn, LDAPConnection connection, LdapDeadline deadline)
        throws LDAPException, LdapUnavailableException {
        SearchRequest request = new SearchRequest(dn, SearchScope.BASE, Filter.createPresenceFilter("objectClass"), accounts.attributes());
        request.setDerefPolicy(DereferencePolicy.NEVER);
        request.setResponseTimeoutMillis(deadline.millis());
        return connection.search(request).getSearchEntries().stream().findFirst();
    }

    @Override
    public Optional<String> check(LdapDeadline deadline) {
        return servers.check(LdapPool::probe, (connection, limit) -> { }, deadline);
    }

    @Override
    public void close() {
        binds.close();
    }
}
