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
 * Checks passwords by a bind at an LDAP directory ({@code docs/backends/ldap.md}). The user's entry is searched
 * ({@link LdapSearchThenBind}), or its DN is built from the name ({@link LdapDirectBind}).
 *
 * <p>A name is always escaped as a value; an empty password is never sent; a bind is sent once. No connection
 * is made before it is needed, so James starts while the directory is down. Referrals are not followed.
 *
 * <p>Threads: {@link #verify} and {@link #check} pass the request to the blocking pool and return. The worker waits for the
 * SDK, step by step, never beyond the time limit. The SDK has a thread that reads for each open connection, one timer for all,
 * and one thread for each connection that is being made; all are daemons, and end with the connections.
 */
public final class LdapBackend implements CredentialBackend {
    private static final Logger LOGGER = LoggerFactory.getLogger(LdapBackend.class);

    private static final Duration TIME_LIMIT = Duration.ofSeconds(5);
    private static final int MAX_CONNECTIONS = 1000;
    private static final int CONNECTIONS = 10;
    private static final String POOL_SIZE = "poolSize";
    private static final String[] SEARCH_ELEMENTS = {LdapSearchThenBind.BASE_DN, LdapSearchThenBind.FILTER, LdapSearchThenBind.SCOPE,
        LdapSearchThenBind.BIND_DN, LdapSearchThenBind.BIND_PASSWORD, LdapSearchThenBind.DECOY_DN};
    private static final String[] ELEMENTS = Stream.concat(Stream.of(SEARCH_ELEMENTS),
        Stream.of(LdapServer.URL, LdapServer.START_TLS, TlsTrust.STORE, TlsTrust.PASSWORD, LdapServers.CONNECT_TIMEOUT, POOL_SIZE,
            LdapDirectBind.USER_DN, LdapAccounts.USERNAME, LdapAccounts.DISABLED, LdapAccounts.DISABLED_VALUES,
            LdapAccounts.DISABLED_BITS)).toArray(String[]::new);

    private final BackendSettings settings;
    /** As many threads as connections: a request waits for a worker, in a fair queue, and never for a connection. */
    private final WorkerPool workers;
    private final Duration timeLimit;
    private final LdapServers servers;
    private final LdapMethod method;

    /**
     * @param settings {@code <url>}, and either {@code <baseDn>} and {@code <filter>} or {@code <userDn>}; others are optional
     * @throws InvalidConfigurationException if one of them is invalid
     */
    public LdapBackend(BackendSettings settings, Workers workers) {
        this(settings, workers, System::nanoTime);
    }

    /** @param nanoTime the clock that tells when servers are tried again and idle connections tested */
    LdapBackend(BackendSettings settings, Workers workers, LongSupplier nanoTime) {
        this.settings = settings.only(ELEMENTS);
        this.timeLimit = settings.timeout(TIME_LIMIT);
        this.servers = LdapServers.parse(settings, timeLimit, nanoTime);
        int poolSize = settings.number(POOL_SIZE, 1, MAX_CONNECTIONS, CONNECTIONS);
        this.method = method(settings, servers, nanoTime);
        this.workers = workers.blocking(poolSize);
        servers.inClearText().forEach(server -> LOGGER.warn("Backend {} sends passwords to {} in clear text; write ldaps:// in <url>, or"
            + " <startTls>true</startTls>", name(), server));
    }

    private static LdapMethod method(BackendSettings settings, LdapServers servers, LongSupplier nanoTime) {
        Optional<String> searchElement = Stream.of(SEARCH_ELEMENTS).filter(element -> settings.text(element).isPresent()).findFirst();
        boolean isDirect = settings.text(LdapDirectBind.USER_DN).isPresent();
        if (isDirect && searchElement.isPresent()) {
            throw settings.fault("has <" + LdapDirectBind.USER_DN + "> and <" + searchElement.get()
                + ">, which belongs to a search; keep one");
        }
        if (!isDirect && searchElement.isEmpty()) {
            throw settings.fault("needs <" + LdapSearchThenBind.BASE_DN + "> and <" + LdapSearchThenBind.FILTER + ">, to search for users,"
                + " or <" + LdapDirectBind.USER_DN + ">, to build their DN from their name");
        }
        return isDirect ? new LdapDirectBind(settings, servers, nanoTime)
            : new LdapSearchThenBind(settings, servers, nanoTime);
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public Optional<String> summary() {
        return Optional.of("LDAP");
    }

    @Override
    public Duration timeLimit() {
        return timeLimit;
    }

    @Override
    public CompletionStage<CredentialResult> verify(Credentials credentials) {
        if (credentials.password().isEmpty()) {
            // A directory treats it as an anonymous bind, and accepts it (RFC 4513 §5.1.2).
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        // The time starts on the worker: waiting for one is not the directory's time.
        return workers.judge(credentials.origin(), () -> judge(credentials, LdapDeadline.in(timeLimit)));
    }

    private CredentialResult judge(Credentials credentials, LdapDeadline deadline) {
        LdapUser user = new LdapUser(credentials.username());
        if (!user.isDistinct()) {
            // An early answer reveals nothing: no entry can have such a name.
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

    @Override
    public Optional<String> address() {
        return Optional.of(servers.toString());
    }

    /** A directory is not told where the client comes from. */
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
