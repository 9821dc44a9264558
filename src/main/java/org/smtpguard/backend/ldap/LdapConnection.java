package org.smtpguard.backend.ldap;

import java.util.OptionalLong;

import com.unboundid.ldap.sdk.LDAPConnection;

/** A connection, its server, and since when it has been idle. Used by one worker at a time. */
final class LdapConnection implements AutoCloseable {
    private final LDAPConnection connection;
    private final LdapServers.ServerHealth server;
    private final long failuresBefore;
    private volatile OptionalLong idleSince = OptionalLong.empty();

    /** @param failuresBefore the failures of the server before the connection was made */
    LdapConnection(LDAPConnection connection, LdapServers.ServerHealth server, long failuresBefore) {
        this.connection = connection;
        this.server = server;
        this.failuresBefore = failuresBefore;
    }

    LDAPConnection get() {
        return connection;
    }

    LdapServers.ServerHealth server() {
        return server;
    }

    /** Whether it is open and its server has not failed since it was made. The SDK's reader notices a disconnect immediately. */
    boolean isCurrent() {
        return connection.isConnected() && server.failures() == failuresBefore;
    }

    void idleSince(long nanoTime) {
        idleSince = OptionalLong.of(nanoTime);
    }

    /** Whether it has been used for a request before. */
    boolean wasIdle() {
        return idleSince.isPresent();
    }

    long idleSince() {
        return idleSince.orElseThrow();
    }

    @Override
    public void close() {
        connection.close();
    }

    /** Closes it without an unbind request, which the server would not read. */
    void drop() {
        connection.closeWithoutUnbind();
    }
}
