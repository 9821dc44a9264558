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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.BackendSettings;

/**
 * The servers of a directory, in the order of preference. Connections are made to the first that answers. One that does not is
 * tried after all others from then on, but for a single question every 10 s, which finds out whether it is back; as soon as it
 * is, the connections to those behind it are let go of.
 *
 * <p>Threads: any number of workers at a time; nothing is locked.
 */
final class LdapServers {
    /** The element that {@link #parse} reads, besides those of {@link LdapServer}. */
    static final String CONNECT_TIMEOUT = "connectTimeout";

    private static final Logger LOGGER = LoggerFactory.getLogger(LdapServers.class);

    private static final Duration LONGEST_CONNECT = Duration.ofSeconds(2);
    private static final Duration TRIED_AGAIN_AFTER = Duration.ofSeconds(10);

    private final String backend;
    private final List<ServerHealth> standings;
    private final Duration connectTimeout;
    private final LongSupplier nanoTime;

    private LdapServers(String backend, List<LdapServer> servers, Duration connectTimeout, LongSupplier nanoTime) {
        this.backend = backend;
        this.standings = servers.stream().map(ServerHealth::new).collect(Collectors.toUnmodifiableList());
        this.connectTimeout = connectTimeout;
        this.nanoTime = nanoTime;
    }

    /**
     * @param limit how long an answer may take
     * @param nanoTime the clock by which a server is tried again
     * @throws org.smtpguard.credential.InvalidConfigurationException if the servers cannot be told, or there is no time to try all of them
     */
    static LdapServers parse(BackendSettings settings, Duration limit, LongSupplier nanoTime) {
        List<LdapServer> servers = LdapServer.parse(settings);
        Duration share = limit.dividedBy(servers.size() + 1L);
        Duration connectTimeout = settings.duration(CONNECT_TIMEOUT, share.compareTo(LONGEST_CONNECT) < 0 ? share : LONGEST_CONNECT);
        if (connectTimeout.multipliedBy(servers.size()).compareTo(limit) >= 0) {
            throw settings.fault("has a <" + CONNECT_TIMEOUT + "> that, once for each server in <" + LdapServer.URL + ">, uses up all of"
                + " the " + limit.toMillis() + " ms of <timeout>; make it shorter, or <timeout> longer");
        }
        return new LdapServers(settings.name(), servers, connectTimeout, nanoTime);
    }

    /** What is done on a new connection before it is used for anything else. It has to find out whether the server answers. */
    interface Opening {
        void on(LDAPConnection connection, LdapDeadline deadline) throws LDAPException, LdapUnavailableException;
    }

    /**
     * A new connection to the first server that answers. Where one answers by a no to the {@link Opening}, that is the
     * directory's answer: a service account is not tried at one server after the other, for each may count it.
     *
     * @throws LdapUnavailableException if there is none
     */
    LdapConnection connect(Opening opening, LdapDeadline deadline) throws LdapUnavailableException {
        List<String> faults = new ArrayList<>();
        for (ServerHealth standing : order()) {
            try {
                return connect(standing, opening, deadline);
            } catch (UnansweredException e) {
                faults.add(e.getMessage());
            }
        }
        throw new LdapUnavailableException(String.join("; ", faults));
    }

    /**
     * Tries each server, and keeps no connection.
     *
     * @param trial what is asked of those that can be connected to
     * @return what is wrong, if one of them answers by a no, or none answers; {@link #flaw} tells which do not
     */
    Optional<String> check(Opening opening, Opening trial, LdapDeadline deadline) {
        List<String> refusals = new ArrayList<>();
        List<String> silences = new ArrayList<>();
        for (ServerHealth standing : standings) {
            try (LdapConnection connection = connect(standing, opening, deadline)) {
                trial.on(connection.get(), deadline.within(connectTimeout));
            } catch (UnansweredException e) {
                silences.add(e.getMessage());
            } catch (LdapUnavailableException e) {
                refusals.add(e.getMessage());
            } catch (LDAPException e) {
                refusals.add(LdapUnavailableException.of("reading <baseDn>", standing.server, e).getMessage());
            }
        }
        if (silences.size() == standings.size()) {
            return Optional.of(String.join("; ", silences));
        }
        return Optional.of(String.join("; ", refusals)).filter(text -> !text.isEmpty());
    }

    /** Which servers have not answered when they were last tried, and why. */
    Optional<String> flaw() {
        return Optional.of(standings.stream().flatMap(standing -> standing.fault.stream()).collect(Collectors.joining("; ")))
            .filter(text -> !text.isEmpty());
    }

    /** Whether an idle connection may be used: its server has not failed since, and none that is preferred may be back. */
    boolean trusts(LdapConnection connection) {
        return connection.isOfNow() && standings.stream().filter(standing -> standing.isGood() || standing.isDue()).findFirst()
            .map(connection::isTo).orElse(true);
    }

    /** How long one server may take until it can be asked. */
    Duration connectTimeout() {
        return connectTimeout;
    }

    /** Whether there is so much time left that silence tells something of a server. */
    boolean canTell(LdapDeadline deadline) {
        return deadline.left().compareTo(connectTimeout) >= 0;
    }

    /** Those that passwords would be sent to in clear text. */
    List<LdapServer> inClearText() {
        return standings.stream().map(standing -> standing.server).filter(LdapServer::isClearText).collect(Collectors.toList());
    }

    @Override
    public String toString() {
        return standings.stream().map(standing -> standing.server.toString()).collect(Collectors.joining(" "));
    }

    private LdapConnection connect(ServerHealth standing, Opening opening, LdapDeadline deadline)
        throws LdapUnavailableException, UnansweredException {
        boolean hasTime = canTell(deadline);
        try {
            long failures = standing.failures.get();
            LDAPConnection connection = open(standing.server, opening, deadline.within(connectTimeout));
            standing.answered();
            return new LdapConnection(connection, standing, failures);
        } catch (LDAPException | LdapUnavailableException e) {
            LdapUnavailableException fault = e instanceof LdapUnavailableException ? (LdapUnavailableException) e : LdapUnavailableException
                .of(what(e), standing.server, (LDAPException) e);
            if (e instanceof LDAPBindException && ((LDAPBindException) e).getResultCode().isConnectionUsable()) {
                standing.answered();
                throw fault;
            }
            if (hasTime) {
                standing.failed(fault);
            }
            throw new UnansweredException(fault);
        }
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

    private static String what(Exception e) {
        if (e instanceof LDAPBindException) {
            return "the bind as <bindDn>";
        }
        return e instanceof LDAPExtendedOperationException ? "STARTTLS" : "connecting";
    }

    /** The good ones, one that is due, and then the others: each in the order of preference. */
    private List<ServerHealth> order() {
        List<ServerHealth> order = new ArrayList<>();
        List<ServerHealth> others = new ArrayList<>();
        for (ServerHealth standing : standings) {
            (standing.isGood() || standing.claimTrial() ? order : others).add(standing);
        }
        order.addAll(others);
        return order;
    }

    /** A server, and how it did when it was last tried. */
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

        /** How often it has failed or hung up so far: a connection from before the last time is not trusted. */
        long failures() {
            return failures.get();
        }

        private boolean isGood() {
            return fault.isEmpty();
        }

        private boolean isDue() {
            return nanoTime.getAsLong() - dueAt.get() >= 0;
        }

        /** Whether the caller, and nobody else for 10 s, is to find out whether it is back. */
        private boolean claimTrial() {
            long due = dueAt.get();
            return isDue() && dueAt.compareAndSet(due, nanoTime.getAsLong() + TRIED_AGAIN_AFTER.toNanos());
        }

        /** No connection from before is used any more. */
        void hungUp() {
            failures.incrementAndGet();
        }

        /** It has not answered: others are tried before it, and no connection from before is used any more. */
        void failed(LdapUnavailableException what) {
            boolean isNew = isGood();
            dueAt.set(nanoTime.getAsLong() + TRIED_AGAIN_AFTER.toNanos());
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

    /** A server is not there, or not as it should be: another may be. */
    private static final class UnansweredException extends Exception {
        private static final long serialVersionUID = 1L;

        UnansweredException(LdapUnavailableException fault) {
            super(fault.getMessage());
        }
    }
}
