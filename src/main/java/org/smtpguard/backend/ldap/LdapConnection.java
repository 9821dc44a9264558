package org.smtpguard.backend.ldap;

import com.unboundid.ldap.sdk.LDAPConnection;

/** A connection, and what has to be known of it while it is idle. Used by one worker at a time. */
final class LdapConnection implements AutoCloseable {
    private final LDAPConnection connection;
    private final LdapServers.ServerHealth standing;
    private final long failuresBefore;
    private volatile long usedAt;
    private volatile boolean used;

    LdapConnection(LDAPConnection connection, LdapServers.ServerHealth standing, long failuresBefore) {
        this.connection = connection;
        this.standing = standing;
        this.failuresBefore = failuresBefore;
    }

    LDAPConnection get() {
        return connection;
    }

    LdapServers.ServerHealth standing() {
        return standing;
    }

    boolean isTo(LdapServers.ServerHealth other) {
        return standing == other;
    }

    /** Whether it is open, and its server has not failed since it was made. The SDK's reader sees a server hang up at once. */
    boolean isOfNow() {
        return connection.isConnected() && standing.failures() == failuresBefore;
    }

    void usedAt(long nanoTime) {
        usedAt = nanoTime;
        used = true;
    }

    /** Whether it has been given back before. */
    boolean wasUsed() {
        return used;
    }

    long usedAt() {
        return usedAt;
    }

    @Override
    public void close() {
        connection.close();
    }

    /** Without a word to a server that does not listen. */
    void drop() {
        connection.closeWithoutUnbind();
    }
}
