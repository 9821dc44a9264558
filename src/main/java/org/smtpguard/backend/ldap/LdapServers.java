package org.smtpguard.backend.ldap;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

import com.unboundid.ldap.sdk.LDAPBindException;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPExtendedOperationException;
import com.unboundid.ldap.sdk.ResultCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.BackendSettings;

/**
 * The servers of a directory, in the order of preference. Connections are made to the first that answers. One that does not is
 * tried after all others, except by one request every 10 s, which finds out whether it is back; then connections to less preferred
 * servers are closed.
 *
 * <p>Threads: any number of workers; no locks.
 */
final class LdapServers {
    /** The element that {@link #parse} reads, in addition to those of {@link LdapServer}. */
    static final String CONNECT_TIMEOUT = "connectTimeout";

    private static final Logger LOGGER = LoggerFactory.getLogger(LdapServers.class);

    private static final Duration MAX_CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    private final String backend;
    private final List<ServerHealth> servers;
    private final Duration connectTimeout;
    private final LongSupplier nanoTime;

    private LdapServers(String backend, List<LdapServer> servers, Duration connectTimeout, LongSupplier nanoTime) {
        this.backend = backend;
        this.servers = servers.stream().map(ServerHealth::new).collect(Collectors.toUnmodifiableList());
        this.connectTimeout = connectTimeout;
        this.nanoTime = nanoTime;
    }

    /**
     * @param limit the time limit of a log-in
     * @param nanoTime the clock that tells when a server is tried again
     * @throws org.smtpguard.credential.InvalidConfigurationException if a URL is invalid, or there is no time to try all servers
     */
    static LdapServers parse(BackendSettings settings, Duration limit, LongSupplier nanoTime) {
        List<LdapServer> servers = LdapServer.parse(settings);
        Duration share = limit.dividedBy(servers.size() + 1L);
        Duration connectTimeout = settings.duration(CONNECT_TIMEOUT,
            share.compareTo(MAX_CONNECT_TIMEOUT) < 0 ? share : MAX_CONNECT_TIMEOUT);
        if (connectTimeout.multipliedBy(servers.size()).compareTo(limit) >= 0) {
            throw settings.fault("has a <" + CONNECT_TIMEOUT + "> that, once for each server in <" + LdapServer.URL + ">, uses up all of"
                + " the " + limit.toMillis() + " ms of <timeout>; make it shorter, or <timeout> longer");
        }
        return new LdapServers(settings.name(), servers, connectTimeout, nanoTime);
    }

    /** What is done first on a new connection. It has to find out whether the server answers. */
    interface Opening {
        void on(LDAPConnection connection, LdapDeadline deadline) throws LDAPException, LdapUnavailableException;
    }

    /**
     * A new connection to the first server that answers. If one refuses the service account, no other is tried, since each may count
     * it towards a lockout.
     *
     * @throws LdapUnavailableException if there is none
     */
    LdapConnection connect(Opening opening, LdapDeadline deadline) throws LdapUnavailableException {
        List<String> reasons = new ArrayList<>();
        for (ServerHealth server : inOrder()) {
            Optional<LdapConnection> connection = connect(server, opening, deadline, reasons);
            if (connection.isPresent()) {
                return connection.get();
            }
        }
        throw new LdapUnavailableException(String.join("; ", reasons));
    }

    /**
     * Tries each server, and keeps no connection.
     *
     * @param test the request that a server has to accept
     * @return what is wrong, if a server refuses the test or none answers; {@link #flaw} tells which do not answer
     */
    Optional<String> check(Opening opening, Opening test, LdapDeadline deadline) {
        List<String> refusals = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        for (ServerHealth server : servers) {
            try {
                Optional<LdapConnection> connection = connect(server, opening, deadline, reasons);
                if (connection.isPresent()) {
                    check(connection.get(), test, deadline);
                }
            } catch (LdapUnavailableException e) {
                refusals.add(e.getMessage());
            }
        }
        return Optional.of(String.join("; ", reasons.size() == servers.size() ? reasons : refusals)).filter(text -> !text.isEmpty());
    }

    private void check(LdapConnection connection, Opening test, LdapDeadline deadline) throws LdapUnavailableException {
        try (connection) {
            test.on(connection.get(), deadline.within(connectTimeout));
        } catch (LDAPException e) {
            throw LdapUnavailableException.of("reading <baseDn>", connection.server().server(), e);
        }
    }

    /** Which servers did not answer when they were last tried, and why; empty if none did, since that is an outage. */
    Optional<String> flaw() {
        List<String> faults = servers.stream().flatMap(server -> server.fault.stream()).collect(Collectors.toList());
        return faults.isEmpty() || faults.size() == servers.size() ? Optional.empty() : Optional.of(String.join("; ", faults));
    }

    /** Whether an idle connection may be used: its server has not failed since, and no preferred one is good or due to be tried. */
    boolean isUsable(LdapConnection connection) {
        return connection.isCurrent() && servers.stream().filter(server -> server.isGood() || server.isDue()).findFirst()
            .map(connection.server()::equals).orElse(true);
    }

    /** The time limit for the connection to one server. */
    Duration connectTimeout() {
        return connectTimeout;
    }

    /** Whether there is enough time left to conclude from silence that a server is down. */
    boolean canTell(LdapDeadline deadline) {
        return deadline.left().compareTo(connectTimeout) >= 0;
    }

    /** Those to which passwords are sent in clear text. */
    List<LdapServer> inClearText() {
        return servers.stream().map(ServerHealth::server).filter(LdapServer::isClearText).collect(Collectors.toList());
    }

    @Override
    public String toString() {
        return servers.stream().map(server -> server.server.toString()).collect(Collectors.joining(" "));
    }

    /**
     * @param reasons gets another if the server does not answer
     * @throws LdapUnavailableException if it refuses the service account, or too little time was left
     */
    private Optional<LdapConnection> connect(ServerHealth server, Opening opening, LdapDeadline deadline, List<String> reasons)
        throws LdapUnavailableException {
        boolean hasTime = canTell(deadline);
        LdapUnavailableException fault;
        try {
            long failures = server.failures();
            LDAPConnection connection = open(server.server, opening, deadline.within(connectTimeout));
            server.answered();
            return Optional.of(new LdapConnection(connection, server, failures));
        } catch (LDAPException e) {
            fault = LdapUnavailableException.of(step(e), server.server, e);
            if (e instanceof LDAPBindException && e.getResultCode().isConnectionUsable()) {
                server.answered();
                throw fault;
            }
        } catch (LdapUnavailableException e) {
            // The time was up between two steps.
            if (!hasTime) {
                throw e;
            }
            fault = LdapUnavailableException.of("connecting", server.server, new LDAPException(ResultCode.TIMEOUT));
        }
        if (hasTime) {
            server.failed(fault);
        }
        reasons.add(fault.getMessage());
        return Optional.empty();
    }

    private static LDAPConnection open(LdapServer server, Opening opening, LdapDeadline deadline)
        throws LDAPException, LdapUnavailableException {
        LDAPConnection connection = server.connect(deadline);
        try {
            opening.on(connection, deadline);
            return connection;
        } catch (LDAPException | LdapUnavailableException | RuntimeException e) {
            connection.closeWithoutUnbind();
            throw e;
        }
    }

    private static String step(LDAPException e) {
        if (e instanceof LDAPBindException) {
            return "the bind as <bindDn>";
        }
        return e instanceof LDAPExtendedOperationException ? "STARTTLS" : "connecting";
    }

    /** The good ones and one that is due, then the others: each in the order of preference. */
    private List<ServerHealth> inOrder() {
        List<ServerHealth> order = new ArrayList<>();
        List<ServerHealth> others = new ArrayList<>();
        servers.forEach(server -> (server.isGood() || server.claimTrial() ? order : others).add(server));
        order.addAll(others);
        return order;
    }

    /** A server, and whether it answered when it was last tried. */
    final class ServerHealth {
        private final LdapServer server;
        private final AtomicLong failures = new AtomicLong();
        private final AtomicLong dueAt = new AtomicLong();
        private volatile Optional<String> fault = Optional.empty();

        private ServerHealth(LdapServer server) {
            this.server = server;
        }

        LdapServer server() {
            return server;
        }

        /** How often it has failed or disconnected: a connection from before the last time is not used any more. */
        long failures() {
            return failures.get();
        }

        private boolean isGood() {
            return fault.isEmpty();
        }

        private boolean isDue() {
            return nanoTime.getAsLong() - dueAt.get() >= 0;
        }

        /** Whether the caller, and no other for 10 s, has to find out whether it is back. */
        private boolean claimTrial() {
            long due = dueAt.get();
            return isDue() && dueAt.compareAndSet(due, nanoTime.getAsLong() + RETRY_AFTER.toNanos());
        }

        /** Earlier connections are not used any more. */
        void disconnected() {
            failures.incrementAndGet();
        }

        /** It did not answer: others are tried before it, and earlier connections are not used any more. */
        void failed(LdapUnavailableException what) {
            boolean isNew = isGood();
            dueAt.set(nanoTime.getAsLong() + RETRY_AFTER.toNanos());
            failures.incrementAndGet();
            fault = Optional.of(what.getMessage());
            if (isNew) {
                LOGGER.warn("Backend {} gets no answers from {} now: {}", backend, server, what.getMessage());
            }
        }

        private void answered() {
            if (!isGood()) {
                fault = Optional.empty();
                LOGGER.info("Backend {} gets answers from {} again", backend, server);
            }
        }
    }
}
