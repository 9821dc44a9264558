package org.smtpguard.backend.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.smtpguard.credential.BackendSettings;

/**
 * A connection pool that runs statements within a time limit. It can be created while the database is down and connects on
 * demand; idle connections are closed after ten minutes.
 *
 * <p>Time: a call waits for a connection for at most half of the time limit, slightly more if pooled connections turn out to be
 * dead. The statement gets the rest: as query timeout in the database ({@code setQueryTimeout}) and, in case the database does
 * not respond at all, as network timeout of the connection. So no call takes much longer than the limit.
 *
 * <p>Threads: thread-safe; call it on workers that may block. The pool has three daemon threads that open and close
 * connections; they end with {@link #close}.
 */
public final class JdbcDatabase implements AutoCloseable {
    static final String POOL_SIZE = "poolSize";

    /** The elements that it reads. */
    private static final List<String> ELEMENTS = List.of(JdbcSource.URL, JdbcSource.DRIVER, JdbcSource.USER, JdbcSource.PASSWORD,
        POOL_SIZE);

    private static final int DEFAULT_POOL_SIZE = 10;
    /** HikariCP rejects shorter timeouts. */
    private static final Duration MIN_TIMEOUT = Duration.ofMillis(250);

    private final HikariDataSource pool;
    private final String address;
    private final Duration limit;

    /** @throws org.smtpguard.credential.InvalidConfigurationException if there is no driver for the URL */
    public JdbcDatabase(BackendSettings settings, Duration limit) {
        JdbcSource source = JdbcSource.of(settings, limit);
        HikariConfig config = new HikariConfig();
        config.setPoolName("smtp-guard-" + settings.name());
        config.setDataSource(source);
        // Not used to connect: HikariCP recognises drivers that need special treatment by it.
        config.setJdbcUrl(source.kind());
        config.setMaximumPoolSize(poolSize(settings));
        // No idle connections: while the database is down, only log-ins try to connect.
        config.setMinimumIdle(0);
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(atLeast(limit.dividedBy(2)));
        config.setValidationTimeout(atLeast(limit.dividedBy(5)));
        // Set explicitly: otherwise the pool reads it from its first connection, and if that fails, it never accepts another.
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        config.setThreadFactory(threads(config.getPoolName(), source.driverLoader()));
        this.pool = new HikariDataSource(config);
        this.address = source.address();
        this.limit = limit;
    }

    /** The names of the elements that it reads. */
    public static List<String> elements() {
        return ELEMENTS;
    }

    /** The maximum number of connections. */
    public static int poolSize(BackendSettings settings) {
        return settings.number(POOL_SIZE, 1, 1000, DEFAULT_POOL_SIZE);
    }

    private static long atLeast(Duration time) {
        return Math.max(MIN_TIMEOUT.toMillis(), time.toMillis());
    }

    /** Drivers may load further classes with the context class loader of the connecting thread. */
    private static ThreadFactory threads(String name, ClassLoader loader) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            thread.setContextClassLoader(loader);
            return thread;
        };
    }

    /** Runs a query and reads its rows, at most two. */
    <T> T query(JdbcStatement query, Map<String, String> values, RowReader<T> reader) throws SQLException {
        return query(query, values, 2, reader);
    }

    /**
     * Runs a query and reads its rows.
     *
     * @param maxRows maximum number of rows fetched
     */
    public <T> T query(JdbcStatement query, Map<String, String> values, int maxRows, RowReader<T> reader) throws SQLException {
        return run(query, values, (connection, statement) -> {
            statement.setMaxRows(maxRows);
            try (ResultSet rows = statement.executeQuery()) {
                return reader.read(rows);
            }
        });
    }

    /**
     * Runs a query for many users and reads its rows.
     *
     * @param maxRows maximum number of rows fetched
     */
    <T> T sample(JdbcStatement query, int maxRows, RowReader<T> reader) throws SQLException {
        return query(query, Map.of(), maxRows, reader);
    }

    /** Runs a statement and ignores its result. */
    public void run(JdbcStatement statement, Map<String, String> values) throws SQLException {
        run(statement, values, (connection, prepared) -> prepared.execute());
    }

    /**
     * Runs a statement that may change one row.
     *
     * @return whether it has changed one; false if no row matched
     * @throws JdbcUser.UnusableRowException if it would have changed more; the change is then rolled back
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
        long start = System.nanoTime();
        try (Connection connection = connection()) {
            Duration left = limit.minusNanos(System.nanoTime() - start);
            whereSupported(() -> connection.setNetworkTimeout(Runnable::run, (int) Math.max(1, left.toMillis())));
            try (PreparedStatement prepared = statement.prepare(connection, values)) {
                whereSupported(() -> prepared.setQueryTimeout((int) Math.max(1, left.toSeconds())));
                return work.run(connection, prepared);
            }
        } catch (SQLException e) {
            // A connection that was lost: the driver's exception does not tell to where.
            throw JdbcException.isOfConnection(e) ? new JdbcException(e, address) : e;
        }
    }

    /** For the operator. */
    public String address() {
        return address;
    }

    /**
     * If the pool gives no cause, the exception names the database.
     *
     * @throws AllBusyException if all connections of the pool are in use
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

    /** A driver that lacks one of the two limits usually has the other. */
    private static void whereSupported(LimitSetting limit) throws SQLException {
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

    /** Reads the rows of a query. */
    public interface RowReader<T> {
        T read(ResultSet rows) throws SQLException;
    }

    private interface StatementWork<T> {
        T run(Connection connection, PreparedStatement statement) throws SQLException;
    }

    private interface LimitSetting {
        void set() throws SQLException;
    }
}
