package org.smtpguard.backend.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.smtpguard.credential.BackendSettings;

/**
 * A pool of connections, and statements that end in time. It may be made while the database is down, and connects when somebody
 * asks; connections that nobody needs any more are closed after ten minutes.
 *
 * <p>Time: who asks waits for a connection for half of the time limit at most, and a little more where old connections turn out
 * to be dead. What is then left of the limit is the statement's: the database is told ({@code setQueryTimeout}), and where it
 * does not answer at all the connection is given up (network time-out). So no call takes much longer than the limit.
 *
 * <p>Threads: calls are made on workers that may wait. The pool has three threads of its own, daemons, that open and close
 * connections; they end with {@link #close}.
 */
final class JdbcDatabase implements AutoCloseable {
    static final String POOL_SIZE = "poolSize";

    private static final int DEFAULT_POOL_SIZE = 10;
    /** Below that the pool takes a time for a mistake. */
    private static final Duration SHORTEST = Duration.ofMillis(250);

    private final HikariDataSource pool;
    private final String address;
    private final Duration limit;

    /** @throws org.smtpguard.credential.InvalidConfigurationException if there is no driver for the address */
    JdbcDatabase(BackendSettings settings, Duration limit) {
        JdbcSource source = JdbcSource.of(settings, limit);
        HikariConfig config = new HikariConfig();
        config.setPoolName("smtp-guard-" + settings.name());
        config.setDataSource(source);
        // Not used to connect; the pool has ways of its own with some kinds of drivers, and this is how it knows them.
        config.setJdbcUrl(source.kind());
        config.setMaximumPoolSize(poolSize(settings));
        // None is kept for a rush: to a database that is down, nobody but who wants to log in tries to connect.
        config.setMinimumIdle(0);
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(atLeast(limit.dividedBy(2)));
        config.setValidationTimeout(atLeast(limit.dividedBy(5)));
        // Named, since the pool would ask its first connection and no other; if that one breaks just then, none would be taken ever after.
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        config.setThreadFactory(threads(config.getPoolName(), source.driverLoader()));
        this.pool = new HikariDataSource(config);
        this.address = source.address();
        this.limit = limit;
    }

    static int poolSize(BackendSettings settings) {
        return settings.number(POOL_SIZE, 1, 1000, DEFAULT_POOL_SIZE);
    }

    private static long atLeast(Duration time) {
        return Math.max(SHORTEST.toMillis(), time.toMillis());
    }

    /** Drivers may look for more of theirs by the class loader of the thread that connects. */
    private static ThreadFactory threads(String name, ClassLoader loader) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            thread.setContextClassLoader(loader);
            return thread;
        };
    }

    /** Runs a query, of whose rows two at most are fetched, and reads what it gave. */
    <T> T ask(JdbcStatement query, Map<String, String> values, RowReader<T> reader) throws SQLException {
        return run(query, values, (connection, statement) -> {
            statement.setMaxRows(2);
            try (ResultSet rows = statement.executeQuery()) {
                return reader.read(rows);
            }
        });
    }

    /**
     * Runs a query and reads what it gave.
     *
     * @param maxRows so many rows are fetched at most
     */
    <T> T sample(JdbcStatement query, int maxRows, RowReader<T> reader) throws SQLException {
        return run(query, Map.of(), (connection, statement) -> {
            statement.setMaxRows(maxRows);
            try (ResultSet rows = statement.executeQuery()) {
                return reader.read(rows);
            }
        });
    }

    /** Runs a statement, whatever it gives or changes. */
    void run(JdbcStatement statement, Map<String, String> values) throws SQLException {
        run(statement, values, (connection, prepared) -> prepared.execute());
    }

    /**
     * Runs a statement that may change one row.
     *
     * @return whether it did; if not, there was none to change
     * @throws JdbcUser.UnusableRowException if it would have changed more: then nothing has changed
     */
    boolean changeOne(JdbcStatement statement, Map<String, String> values) throws SQLException {
        return run(statement, values, (connection, prepared) -> {
            connection.setAutoCommit(false);
            int changed = prepared.executeUpdate();
            if (changed > 1) {
                connection.rollback();
                throw new JdbcUser.UnusableRowException("the statement would have changed " + changed + " rows");
            }
            connection.commit();
            return changed == 1;
        });
    }

    private <T> T run(JdbcStatement statement, Map<String, String> values, StatementWork<T> work) throws SQLException {
        long begun = System.nanoTime();
        try (Connection connection = connection()) {
            Duration left = limit.minusNanos(System.nanoTime() - begun);
            whereSupported(() -> connection.setNetworkTimeout(Runnable::run, (int) Math.max(1, left.toMillis())));
            try (PreparedStatement prepared = statement.prepare(connection, values)) {
                whereSupported(() -> prepared.setQueryTimeout((int) Math.max(1, left.toSeconds())));
                return work.on(connection, prepared);
            }
        }
    }

    /**
     * Where the pool cannot tell why it has none, it is said of which database.
     *
     * @throws AllBusyException if the database has given as many as the pool may have
     */
    private Connection connection() throws SQLException {
        try {
            return pool.getConnection();
        } catch (SQLTransientConnectionException e) {
            if (e.getCause() instanceof SQLException) {
                throw e;
            }
            int size = pool.getMaximumPoolSize();
            throw pool.getHikariPoolMXBean().getTotalConnections() >= size ? new AllBusyException(size) : new JdbcException(e, address);
        }
    }

    /** A driver that has not this limit has, if all is well, the other one. */
    private static void whereSupported(ResultLimit limit) throws SQLException {
        try {
            limit.set();
        } catch (SQLFeatureNotSupportedException | AbstractMethodError ignored) {
            return;
        }
    }

    @Override
    public void close() {
        pool.close();
    }

    @Override
    public String toString() {
        return pool.getDataSource().toString();
    }

    /** Reads what a query gave. */
    interface RowReader<T> {
        T read(ResultSet rows) throws SQLException;
    }

    private interface StatementWork<T> {
        T on(Connection connection, PreparedStatement statement) throws SQLException;
    }

    private interface ResultLimit {
        void set() throws SQLException;
    }
}
