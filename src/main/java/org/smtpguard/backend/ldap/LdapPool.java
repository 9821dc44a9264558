package org.smtpguard.backend.ldap;

import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchScope;

/**
 * Connections that are kept for the next question, at most so many at a time. None is made before it is needed.
 *
 * <p>The SDK has a pool, too. It replaces each connection that it finds dead on the spot, one after the other, on the thread
 * that asks for one and within a connect time-out each: after an outage, many times what an answer may take. Here all that
 * a question takes ends at its deadline.
 *
 * <p>Threads: any number of workers; each waits for its own question. There are no threads of the pool's own; the SDK has one
 * for each open connection, which reads, and a timer for all of them.
 */
final class LdapPool implements AutoCloseable {
    /** Firewalls forget connections without a word; a server that hangs up is noticed at once. */
    private static final Duration TRIED_AFTER_IDLE = Duration.ofSeconds(30);

    private final LdapServers servers;
    private final LdapServers.Opening opening;
    private final int size;
    private final LongSupplier nanoTime;
    private final Semaphore free;
    private final ConcurrentLinkedDeque<LdapConnection> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    /**
     * @param size how many connections there may be, from 1
     * @param nanoTime the clock by which an idle connection is tried before it is used
     */
    LdapPool(LdapServers servers, LdapServers.Opening opening, int size, LongSupplier nanoTime) {
        this.servers = servers;
        this.opening = opening;
        this.size = size;
        this.nanoTime = nanoTime;
        this.free = new Semaphore(size, true);
    }

    /** What is asked on a connection. */
    interface Question<T> {
        T put(LDAPConnection connection, LdapDeadline deadline) throws LDAPException, LdapUnavailableException;
    }

    /**
     * Any question that harms nobody; it tells whether a server answers. What it answers does not matter, and neither who is
     * bound: reading the root DSE may be forbidden.
     */
    static void hello(LDAPConnection connection, LdapDeadline deadline) throws LDAPException, LdapUnavailableException {
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
     * Puts a question, once. A connection on which no answer comes is not used again.
     *
     * @param what the question, for the operator
     * @throws LdapUnavailableException if it could not be put, or was not answered
     */
    <T> T ask(String what, LdapDeadline deadline, Question<T> question) throws LdapUnavailableException {
        await(deadline);
        try {
            LdapConnection connection = take(deadline);
            try {
                return put(what, question, connection, deadline);
            } finally {
                giveBack(connection);
            }
        } finally {
            free.release();
        }
    }

    /**
     * Puts a question that changes nothing at the other side. When the server hangs up, which may have happened while the
     * connection was idle, it is put once more.
     *
     * @throws LdapUnavailableException as {@link #ask}
     */
    <T> T askHarmlessly(String what, LdapDeadline deadline, Question<T> question) throws LdapUnavailableException {
        try {
            return ask(what, deadline, question);
        } catch (LdapUnavailableException fault) {
            if (!fault.isHangUp()) {
                throw fault;
            }
            return ask(what, deadline, question);
        }
    }

    /** Lets go of all connections; one that is in use goes when its question is answered. */
    @Override
    public void close() {
        closed = true;
        closeIdle();
    }

    /** No longer than half of the time: a directory that is asked in the last moment would be taken for a dead one. */
    private void await(LdapDeadline deadline) throws LdapUnavailableException {
        try {
            if (!free.tryAcquire(deadline.millis() / 2, TimeUnit.MILLISECONDS)) {
                throw LdapUnavailableException.overloaded("all connections are busy (" + size + ")");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw LdapUnavailableException.notQueried("interrupted while all connections were busy");
        }
    }

    /** The one that was used last, so that those which are not needed grow old and are hung up by the server. */
    private LdapConnection take(LdapDeadline deadline) throws LdapUnavailableException {
        for (LdapConnection connection = idle.pollFirst(); connection != null; connection = idle.pollFirst()) {
            if (servers.trusts(connection) && isAlive(connection, deadline)) {
                return connection;
            }
            connection.drop();
        }
        return servers.connect(opening, deadline);
    }

    /** Whether it still leads anywhere, found out where that is doubtful: what is lost on the way may be a bind that counts. */
    private boolean isAlive(LdapConnection connection, LdapDeadline deadline) {
        if (nanoTime.getAsLong() - connection.usedAt() < TRIED_AFTER_IDLE.toNanos()) {
            return true;
        }
        try {
            hello(connection.get(), deadline.within(servers.connectTimeout()));
            return true;
        } catch (LDAPException | LdapUnavailableException e) {
            // All others have been idle for longer; to try each of them could take all the time there is.
            closeIdle();
            return false;
        }
    }

    private <T> T put(String what, Question<T> question, LdapConnection connection, LdapDeadline deadline) throws LdapUnavailableException {
        boolean hasTime = servers.canTell(deadline);
        try {
            return question.put(connection.get(), deadline);
        } catch (LDAPException e) {
            LdapUnavailableException fault = LdapUnavailableException.of(what, connection.standing().server(), e);
            if (!e.getResultCode().isConnectionUsable()) {
                connection.drop();
                blame(connection, fault, hasTime);
            }
            throw fault;
        } catch (RuntimeException e) {
            connection.drop();
            throw e;
        }
    }

    private static void blame(LdapConnection connection, LdapUnavailableException fault, boolean hadTime) {
        if (fault.isHangUp() && connection.wasUsed()) {
            // A server may hang up on whoever was idle. Whether it is still there, the next connection to it shows.
            connection.standing().hungUp();
        } else if (hadTime) {
            connection.standing().failed(fault);
        }
    }

    private void giveBack(LdapConnection connection) {
        connection.usedAt(nanoTime.getAsLong());
        if (connection.isOfNow()) {
            idle.addFirst(connection);
        } else {
            connection.drop();
        }
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
