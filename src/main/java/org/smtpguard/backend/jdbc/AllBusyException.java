package org.smtpguard.backend.jdbc;

import java.sql.SQLException;

/** Every connection that the pool may open is open and in use, and none became free in time: overload of this server. */
final class AllBusyException extends SQLException {
    private static final long serialVersionUID = 1L;

    /** @param size of the pool */
    AllBusyException(int size) {
        super("all connections to the database are busy (" + size + ")");
    }
}
