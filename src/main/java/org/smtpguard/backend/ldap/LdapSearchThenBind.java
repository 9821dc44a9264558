package org.smtpguard.backend.ldap;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.DereferencePolicy;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.RDN;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Secret;

/**
 * Searches the user's entry, with a service account or anonymously, then binds as it, on another connection.
 *
 * <p>An unknown user costs a bind as well: as a random name below the base, made at start, or as {@code <decoyDn>}, for
 * directories that need time to check a password and none for a name that does not exist.
 */
final class LdapSearchThenBind implements LdapMethod {
    static final String BASE_DN = "baseDn";
    static final String FILTER = "filter";
    static final String SCOPE = "scope";
    static final String BIND_DN = "bindDn";
    static final String BIND_PASSWORD = "bindPassword";
    static final String DECOY_DN = "decoyDn";

    /** If there are two, none is chosen. */
    private static final int MAX_ENTRIES = 2;

    private final LdapServers servers;
    private final DN base;
    private final SearchScope scope;
    private final LdapFilter filter;
    private final LdapServers.Opening opening;
    private final String decoy;
    private final LdapAccounts accounts;
    private final LdapPool searches;
    private final LdapBinds binds;

    /** @throws org.smtpguard.credential.InvalidConfigurationException if an element is missing or invalid */
    LdapSearchThenBind(BackendSettings settings, LdapServers servers, LongSupplier nanoTime) {
        this.servers = servers;
        this.base = dn(settings, BASE_DN, settings.required(BASE_DN));
        this.scope = scope(settings);
        this.filter = LdapFilter.parse(settings, FILTER);
        this.opening = opening(settings);
        this.decoy = settings.text(DECOY_DN).map(text -> dn(settings, DECOY_DN, text))
            .orElseGet(() -> new DN(new RDN("cn", "nobody-" + UUID.randomUUID()), base)).toString();
        this.accounts = LdapAccounts.parse(settings);
        this.searches = new LdapPool(servers, opening, nanoTime);
        this.binds = new LdapBinds(servers, nanoTime);
    }

    private static DN dn(BackendSettings settings, String element, String text) {
        try {
            return new DN(text);
        } catch (LDAPException e) {
            throw settings.fault("has a <" + element + "> that is no DN; write it as ou=people,dc=example,dc=org");
        }
    }

    private static SearchScope scope(BackendSettings settings) {
        String scope = settings.text(SCOPE).orElse("sub");
        switch (scope) {
            case "sub":
                return SearchScope.SUB;
            case "one":
                return SearchScope.ONE;
            default:
                throw settings.fault("has <" + SCOPE + ">" + scope + "</" + SCOPE + ">; it must be sub (the whole subtree of <" + BASE_DN
                    + ">) or one (its direct children)");
        }
    }

    private static LdapServers.Opening opening(BackendSettings settings) {
        Optional<String> account = settings.text(BIND_DN);
        Optional<String> password = settings.text(BIND_PASSWORD);
        if (account.isPresent() != password.isPresent()) {
            throw settings.fault("has one of <" + BIND_DN + "> and <" + BIND_PASSWORD + ">; a service account needs both, an anonymous"
                + " search neither");
        }
        return account.isEmpty() ? LdapPool::probe : (connection, deadline) -> {
            SimpleBindRequest request = new SimpleBindRequest(account.get(), password.orElseThrow());
            request.setResponseTimeoutMillis(deadline.millis());
            connection.bind(request);
        };
    }

    @Override
    public CredentialResult judge(LdapUser user, Secret password, LdapDeadline deadline) throws LdapUnavailableException {
        if (!filter.canFind(user)) {
            return CredentialResult.unknown();
        }
        Filter byName = filter.of(user);
        List<SearchResultEntry> entries = searches.sendRepeatable("the search for the user", deadline, (connection, limit) ->
            search(byName, connection, limit));
        if (entries.size() > 1) {
            return CredentialResult.unavailable("more than one entry has the user's name; make <" + FILTER + "> more precise")
                .forThisUser();
        }
        return entries.isEmpty() ? judgeUnknown(user, password, deadline) : judge(entries.get(0), user, password, deadline);
    }

    private CredentialResult judge(SearchResultEntry entry, LdapUser user, Secret password, LdapDeadline deadline)
        throws LdapUnavailableException {
        CredentialResult bound = binds.bind(user, entry.getDN(), password, deadline, (connection, limit) -> accounts.judge(user, entry));
        // A directory may refuse a disabled account in any way (53 in 389 Directory Server), or not at all.
        return accounts.isDisabled(entry) ? CredentialResult.disabled() : bound;
    }

    /** Unknown, whatever the bind's result; but unavailable if there is none, so that a fault does not reveal who is a user either. */
    private CredentialResult judgeUnknown(LdapUser user, Secret password, LdapDeadline deadline) throws LdapUnavailableException {
        CredentialResult bound = binds.bind(user, decoy, password, deadline, (connection, limit) -> CredentialResult.unknown());
        return bound.kind() == CredentialResult.Kind.UNAVAILABLE ? bound : CredentialResult.unknown();
    }

    private List<SearchResultEntry> search(Filter filter, LDAPConnection connection, LdapDeadline deadline)
        throws LDAPException, LdapUnavailableException {
        SearchRequest request = new SearchRequest(base, scope, DereferencePolicy.NEVER, MAX_ENTRIES, 0, false, filter,
            accounts.attributes());
        request.setResponseTimeoutMillis(deadline.millis());
        try {
            return connection.search(request).getSearchEntries();
        } catch (LDAPSearchException e) {
            if (e.getResultCode().equals(ResultCode.SIZE_LIMIT_EXCEEDED) && e.getSearchEntries().size() > 1) {
                return e.getSearchEntries();
            }
            throw e;
        }
    }

    @Override
    public Optional<String> check(LdapDeadline deadline) {
        return servers.check(opening, (connection, limit) -> {
            SearchRequest request = new SearchRequest(base, SearchScope.BASE, Filter.createPresenceFilter("objectClass"),
                SearchRequest.NO_ATTRIBUTES);
            request.setResponseTimeoutMillis(limit.millis());
            if (connection.search(request).getEntryCount() == 0) {
                throw new LdapUnavailableException("<" + BASE_DN + "> does not exist, or the account that searches may not read it");
            }
        }, deadline);
    }

    @Override
    public void close() {
        searches.close();
        binds.close();
    }
}
