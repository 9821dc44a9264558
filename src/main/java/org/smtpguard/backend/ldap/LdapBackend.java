package org.smtpguard.backend.ldap;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.backend.support.TlsTrust;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.credential.Workers;

/**
 * Users of an LDAP directory ({@code docs/backends/ldap.md}): whoever can bind with the password is who they say. The user's
 * entry is searched for ({@link LdapSearchThenBind}), or its DN is made of the name ({@link LdapDirectBind}).
 *
 * <p>A name is never read as part of a filter or of a DN; an empty password is never sent; a bind is sent once. No connection
 * is made before it is needed, so a directory that is down does not hinder the start. Referrals are not followed.
 *
 * <p>Threads: {@link #verify} and {@link #check} hand the question to the blocking pool and return. The worker waits for the
 * SDK, step by step, never beyond the time limit. For each open connection the SDK has a thread that reads, beside it one timer
 * for all, and one for each connection that is being made; all of them are daemons, and go with the connections.
 */
public final class LdapBackend implements CredentialBackend {
    private static final Logger LOGGER = LoggerFactory.getLogger(LdapBackend.class);

    private static final Duration TIME_LIMIT = Duration.ofSeconds(5);
    private static final int MOST_CONNECTIONS = 1000;
    private static final int CONNECTIONS = 10;
    private static final String POOL_SIZE = "poolSize";
    private static final String[] OF_A_SEARCH = {LdapSearchThenBind.BASE_DN, LdapSearchThenBind.FILTER, LdapSearchThenBind.SCOPE,
        LdapSearchThenBind.BIND_DN, LdapSearchThenBind.BIND_PASSWORD, LdapSearchThenBind.DECOY_DN};
    private static final String[] ELEMENTS = Stream.concat(Stream.of(OF_A_SEARCH),
        Stream.of(LdapServer.URL, LdapServer.START_TLS, TlsTrust.STORE, TlsTrust.PASSWORD, LdapServers.CONNECT_TIMEOUT, POOL_SIZE,
            LdapDirectBind.USER_DN, LdapAccounts.USERNAME, LdapAccounts.DISABLED, LdapAccounts.DISABLED_VALUES,
            LdapAccounts.DISABLED_BITS)).toArray(String[]::new);

    private final BackendSettings settings;
    /** No more than there are connections, for which no request has to wait then. */
    private final WorkerPool workers;
    private final Duration timeLimit;
    private final LdapServers servers;
    private final LdapMethod method;

    /**
     * @param settings {@code <url>}, and either {@code <baseDn>} and {@code <filter>} or {@code <userDn>}; perhaps more
     * @throws InvalidConfigurationException if something in them cannot be used
     */
    public LdapBackend(BackendSettings settings, Workers workers) {
        this(settings, workers, System::nanoTime);
    }

    /** @param nanoTime the clock by which servers are tried again, and idle connections before they are used */
    LdapBackend(BackendSettings settings, Workers workers, LongSupplier nanoTime) {
        this.settings = settings.only(ELEMENTS);
        this.timeLimit = settings.timeout(TIME_LIMIT);
        this.servers = LdapServers.parse(settings, timeLimit, nanoTime);
        int poolSize = settings.number(POOL_SIZE, 1, MOST_CONNECTIONS, CONNECTIONS);
        this.method = method(settings, servers, poolSize, nanoTime);
        this.workers = workers.blocking(poolSize);
        servers.inClearText().forEach(server -> LOGGER.warn("Backend {} sends passwords to {} in clear text; write ldaps:// in <url>, or"
            + " <startTls>true</startTls>", name(), server));
    }

    private static LdapMethod method(BackendSettings settings, LdapServers servers, int poolSize, LongSupplier nanoTime) {
        Optional<String> ofASearch = Stream.of(OF_A_SEARCH).filter(element -> settings.text(element).isPresent()).findFirst();
        boolean isDirect = settings.text(LdapDirectBind.USER_DN).isPresent();
        if (isDirect && ofASearch.isPresent()) {
            throw settings.fault("has <" + LdapDirectBind.USER_DN + ">, by which nobody is searched for, and <" + ofASearch.get()
                + ">, which belongs to a search; leave one");
        }
        if (!isDirect && ofASearch.isEmpty()) {
            throw settings.fault("needs <" + LdapSearchThenBind.BASE_DN + "> and <" + LdapSearchThenBind.FILTER + ">, to search for users,"
                + " or <" + LdapDirectBind.USER_DN + ">, to make their DN of their name");
        }
        return isDirect ? new LdapDirectBind(settings, servers, poolSize, nanoTime)
            : new LdapSearchThenBind(settings, servers, poolSize, nanoTime);
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public Duration timeLimit() {
        return timeLimit;
    }

    @Override
    public CompletionStage<CredentialResult> verify(Credentials credentials) {
        if (credentials.password().isEmpty()) {
            // A directory takes it for an anonymous bind, and says yes (RFC 4513 5.1.2).
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        // The time begins on the worker: what a request waits for one is not the directory's.
        return workers.judge(credentials.origin(), () -> judge(credentials, LdapDeadline.in(timeLimit)));
    }

    private CredentialResult judge(Credentials credentials, LdapDeadline deadline) {
        LdapUser user = new LdapUser(credentials.username());
        if (!user.isDistinct()) {
            // Of such a name nothing is learnt from the haste: no entry is meant for it.
            return CredentialResult.unknown();
        }
        try {
            return method.judge(user, credentials.password(), deadline);
        } catch (LdapUnavailableException fault) {
            return fault.verdict();
        }
    }

    @Override
    public CompletionStage<Optional<String>> check() {
        return workers.submit(Origin.byHand(), () -> method.check(LdapDeadline.in(timeLimit)));
    }

    /** A directory is told nothing. */
    @Override
    public Origin relevant(Origin origin) {
        return Origin.byHand();
    }

    @Override
    public Optional<String> flaw() {
        return servers.flaw();
    }

    @Override
    public void close() {
        method.close();
    }

    @Override
    public String toString() {
        return "LdapBackend " + name() + " (" + servers + ")";
    }
}
