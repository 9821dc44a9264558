package org.smtpguard.backend.ldap;

import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.LongSupplier;

import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchScope;

/**
 * Connections that are kept for the next request. A request that finds none makes one, so there are never more than there are
 * concurrent requests, which are limited by the backend's workers.
 *
 * <p>The SDK's pools are not used: they do not know how much time a request has left ({@code docs/development/adr/0011-ldap-pool.md}).
 *
 * <p>Threads: any number of workers; each waits for its own request. The pool has no thread. The SDK has one for each open
 * connection, which reads, and a timer for all of them.
 */
final class LdapPool implements AutoCloseable {
    /** Firewalls forget connections silently. A server that disconnects is noticed immediately. */
    private static final Duration TESTED_AFTER_IDLE = Duration.ofSeconds(30);

    private final LdapServers servers;
    private final LdapServers.Opening opening;
    private final LongSupplier nanoTime;
    private final ConcurrentLinkedDeque<LdapConnection> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    /** @param nanoTime the clock that tells how long a connection has been idle */
    LdapPool(LdapServers servers, LdapServers.Opening opening, LongSupplier nanoTime) {
        this.servers = servers;
        this.opening = opening;
        this.nanoTime = nanoTime;
    }

    /** What is sent on a connection, and how the response is read. */
    interface Request<T> {
        T send(LDAPConnection connection, LdapDeadline deadline) throws LDAPException, LdapUnavailableException;
    }

    /**
     * Finds out whether a server answers. Any result will do, and it does not matter who is bound: the root DSE may be unreadable.
     */
    static void probe(LDAPConnection connection, LdapDeadline deadline) throws LDAPException, LdapUnavailableException {
        SearchRequest request = new SearchRequest("", SearchScope.BASE, "(objectClass=*)", SearchRequest.NO_ATTRIBUTES);
        request.setResponseTimeoutMillis(deadline.millis());
        try {
            connection.search(request);
        } catch (LDAPSearchException e) {
            if (!e.getResultCode().isConnectionUsable()) {
                throw e;
            }
        }
    }

    /**
     * Sends a request, once. A connection on which no response comes is not used again.
     *
     * @param what the request, for the operator
     * @throws LdapUnavailableException if it could not be sent, or was not answered
     */
    <T> T send(String what, LdapDeadline deadline, Request<T> request) throws LdapUnavailableException {
        LdapConnection connection = take(deadline);
        boolean hasTime = servers.canTell(deadline);
        try {
            return request.send(connection.get(), deadline);
        } catch (LDAPException e) {
            LdapUnavailableException fault = LdapUnavailableException.of(what, connection.server().server(), e);
            if (!e.getResultCode().isConnectionUsable()) {
                connection.drop();
                if (fault.isDisconnect() && connection.wasIdle()) {
                    // A server may close idle connections. Whether it is still there, the next connection to it shows.
                    connection.server().disconnected();
                } else if (hasTime) {
                    connection.server().failed(fault);
                }
            }
            throw fault;
        } catch (RuntimeException e) {
            connection.drop();
            throw e;
        } finally {
            giveBack(connection);
        }
    }

    /**
     * Sends a request that changes nothing at the server. If the server disconnects, which may have happened while the connection
     * was idle, it is sent once more.
     *
     * @throws LdapUnavailableException as {@link #send}
     */
    <T> T sendRepeatable(String what, LdapDeadline deadline, Request<T> request) throws LdapUnavailableException {
        try {
            return send(what, deadline, request);
        } catch (LdapUnavailableException fault) {
            if (!fault.isDisconnect()) {
                throw fault;
            }
            return send(what, deadline, request);
        }
    }

    /** Closes all connections; one in use is closed after its request. */
    @Override
    public void close() {
        closed = true;
        closeIdle();
    }

    /** The one that was used last, so that those which are not needed stay idle until the server closes them. */
    private LdapConnection take(LdapDeadline deadline) throws LdapUnavailableException {
        for (LdapConnection connection = idle.pollFirst(); connection != null; connection = idle.pollFirst()) {
            if (servers.isUsable(connection) && isAlive(connection, deadline)) {
                return connection;
            }
            connection.drop();
        }
        return servers.connect(opening, deadline);
    }

    /** Whether the server still answers on it, tested if that is doubtful: what is lost may be a bind that counts. */
    private boolean isAlive(LdapConnection connection, LdapDeadline deadline) {
        if (nanoTime.getAsLong() - connection.idleSince() < TESTED_AFTER_IDLE.toNanos()) {
            return true;
        }
        try {
            probe(connection.get(), deadline.within(servers.connectTimeout()));
            return true;
        } catch (LDAPException | LdapUnavailableException e) {
            // All others have been idle for longer; to test each of them could take all the time there is.
            closeIdle();
            return false;
        }
    }

    private void giveBack(LdapConnection connection) {
        if (!connection.isCurrent()) {
            connection.drop();
            return;
        }
        connection.idleSince(nanoTime.getAsLong());
        idle.addFirst(connection);
        if (closed) {
            closeIdle();
        }
    }

    private void closeIdle() {
        for (LdapConnection connection = idle.pollFirst(); connection != null; connection = idle.pollFirst()) {
            connection.close();
        }
    }
}
