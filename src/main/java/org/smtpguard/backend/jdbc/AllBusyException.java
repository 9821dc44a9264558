package org.smtpguard.backend.jdbc;

import java.sql.SQLException;

/** All connections of the pool are in use, and none became free in time: this server is overloaded. */
final class AllBusyException extends SQLException {
    private static final long serialVersionUID = 1L;

    /** @param size of the pool */
    AllBusyException(int size) {
        super("all connections to the database are busy (" + size + ")");
    }
}
