package org.smtpguard.backend.jdbc;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.ToLongFunction;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;

import org.smtpguard.credential.BackendSettings;

/**
 * Opens connections with a driver found by the guard's class loader: {@code DriverManager} does not see
 * {@code extensions-jars/}. URL, password and the driver's messages are not exposed.
 */
final class JdbcSource implements DataSource {
    static final String URL = "url";
    static final String DRIVER = "driver";
    static final String USER = "user";
    static final String PASSWORD = "password";

    /** Drivers on the class path may fail to load; the ones after them are tried nevertheless. */
    private static final int MAX_BROKEN_DRIVERS = 100;
    private static final String EXTENSIONS = "put the driver's jar into extensions-jars/";
    /** By URL prefix: the properties that set timeouts of these drivers. */
    private static final Map<String, List<TimeLimit>> TIME_LIMITS = Map.of(
        "jdbc:postgresql:", List.of(TimeLimit.seconds("connectTimeout"), TimeLimit.seconds("loginTimeout"),
            // At most one second: the caller waits until the attempt to cancel the statement has ended.
            TimeLimit.seconds("socketTimeout"), TimeLimit.oneSecond("cancelSignalTimeout")),
        "jdbc:mysql:", List.of(TimeLimit.millis("connectTimeout"), TimeLimit.millis("socketTimeout")),
        "jdbc:mariadb:", List.of(TimeLimit.millis("connectTimeout"), TimeLimit.millis("socketTimeout")),
        "jdbc:sqlserver:", List.of(TimeLimit.seconds("loginTimeout"), TimeLimit.millis("socketTimeout")),
        "jdbc:oracle:", List.of(TimeLimit.millis("oracle.net.CONNECT_TIMEOUT"), TimeLimit.millis("oracle.jdbc.ReadTimeout")));

    /** Hosts with ports. Only digits are a port: other text after a colon may be a password. */
    private static final String HOSTS = "(?:[\\w.-]+|\\[[0-9A-Fa-f:]+])(?::\\d+)?(?:,(?:[\\w.-]+|\\[[0-9A-Fa-f:]+])(?::\\d+)?)*";
    /**
     * The parts of a URL that may be shown: prefix, hosts, and the name of the database. User and password before the host are left out,
     * as are all parameters. The part before the path ends as drivers end it (RFC 3986 §3.2); a URL with another {@code @} is not shown,
     * unless that is in a parameter.
     */
    private static final Pattern SHOWN = Pattern.compile("(jdbc:[a-z0-9]+:(?:[a-z0-9]+:)?//)(?:[^/?#;]*@)?(" + HOSTS
        + ")(?:(/[\\w.-]+)?(?:[?#](?:[^@]*|\\w+=.*))?|/[^@]*)", Pattern.DOTALL);
    /** The same of SQL Server and H2: parameters begin with a semicolon. */
    private static final Pattern SHOWN_BEFORE_SEMICOLON = Pattern.compile("(jdbc:(?:sqlserver|h2:tcp)://)()"
        + "([\\w.-]+(?:\\\\\\w+)?(?::\\d+)?(?:/[\\w.-]+)?)(?:;.*)?", Pattern.DOTALL);
    /** The same of Oracle: a user name with a password ends with the only {@code @}. */
    private static final Pattern SHOWN_OF_ORACLE =
        Pattern.compile("(jdbc:oracle:[a-z0-9]+:)[^@]*(@(?://)?)([\\w.-]+(?::\\d+)?(?:[:/][\\w.-]+)?)");

    private final Driver driver;
    private final String url;
    private final Properties properties;
    private final Duration limit;

    private JdbcSource(Driver driver, String url, Properties properties, Duration limit) {
        this.driver = driver;
        this.url = url;
        this.properties = properties;
        this.limit = limit;
    }

    /**
     * Finds the driver; does not connect.
     *
     * @param limit maximum time that the driver waits for a response, if it has such a property; a value in the URL takes
     *     precedence
     * @throws org.smtpguard.credential.InvalidConfigurationException if there is no such driver, or it does not accept the URL
     */
    static JdbcSource of(BackendSettings settings, Duration limit) {
        String url = settings.required(URL);
        if (!url.startsWith("jdbc:") || url.indexOf(':', 5) < 0) {
            throw settings.fault("has <" + URL + "> that is not the address of a database; write for example"
                + " jdbc:postgresql://localhost/mail");
        }
        Optional<String> named = settings.text(DRIVER);
        Driver driver = named.map(name -> named(name, settings, url)).orElseGet(() -> found(settings, url));
        Properties properties = new Properties();
        settings.text(USER).ifPresent(user -> properties.setProperty("user", user));
        settings.text(PASSWORD).ifPresent(password -> properties.setProperty("password", password));
        TIME_LIMITS.getOrDefault(kind(url), List.of()).stream()
            .filter(one -> !url.contains(one.property + "="))
            .forEach(one -> properties.setProperty(one.property, Long.toString(one.value.applyAsLong(limit))));
        return new JdbcSource(driver, url, properties, limit);
    }

    private static Driver named(String name, BackendSettings settings, String url) {
        try {
            Class<?> type = Class.forName(name, true, JdbcSource.class.getClassLoader());
            Driver driver = type.asSubclass(Driver.class).getConstructor().newInstance();
            if (driver.acceptsURL(url)) {
                return driver;
            }
        } catch (ClassNotFoundException e) {
            throw settings.fault("names in <" + DRIVER + "> a class that is not on the class path; " + EXTENSIONS);
        } catch (ReflectiveOperationException | ClassCastException | LinkageError | SQLException e) {
            throw settings.fault("names in <" + DRIVER + "> a class that is not a JDBC driver, or cannot be used ("
                + e.getClass().getSimpleName() + ")");
        }
        throw settings.fault("names in <" + DRIVER + "> a driver that does not accept the address in <" + URL
            + ">; correct one of the two");
    }

    private static Driver found(BackendSettings settings, String url) {
        Iterator<Driver> drivers = ServiceLoader.load(Driver.class, JdbcSource.class.getClassLoader()).iterator();
        for (Optional<Driver> driver = next(drivers); driver.isPresent(); driver = next(drivers)) {
            if (accepts(driver.get(), url)) {
                return driver.get();
            }
        }
        throw settings.fault("has <" + URL + "> that begins with " + kind(url) + ", which no driver accepts; " + EXTENSIONS
            + ", or correct the address");
    }

    private static Optional<Driver> next(Iterator<Driver> drivers) {
        for (int broken = 0; broken < MAX_BROKEN_DRIVERS; broken++) {
            try {
                return drivers.hasNext() ? Optional.of(drivers.next()) : Optional.empty();
            } catch (ServiceConfigurationError ignored) {
                // The next one may load.
            }
        }
        return Optional.empty();
    }

    private static boolean accepts(Driver driver, String url) {
        try {
            return driver.acceptsURL(url);
        } catch (SQLException e) {
            return false;
        }
    }

    private static String kind(String url) {
        return url.substring(0, url.indexOf(':', 5) + 1);
    }

    /** The prefix of the URL, which names the kind of database. */
    String kind() {
        return kind(url);
    }

    /**
     * Host, port and name of the database, for the log. For a URL of another form only its prefix, since it may contain a
     * password in its parameters or before the host.
     */
    String address() {
        return address(url);
    }

    static String address(String url) {
        return Stream.of(SHOWN_BEFORE_SEMICOLON, SHOWN, SHOWN_OF_ORACLE).map(pattern -> pattern.matcher(url)).filter(Matcher::matches)
            .findFirst().map(shown -> shown.group(1) + shown.group(2) + Optional.ofNullable(shown.group(3)).orElse(""))
            .orElseGet(() -> kind(url));
    }

    ClassLoader driverLoader() {
        return driver.getClass().getClassLoader();
    }

    @Override
    public Connection getConnection() throws SQLException {
        Properties own = new Properties();
        own.putAll(properties);
        try {
            Connection connection = driver.connect(url, own);
            if (connection != null) {
                return connection;
            }
        } catch (SQLException | RuntimeException e) {
            throw new JdbcException(e, address());
        }
        throw new SQLException("The driver does not accept the URL");
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public int getLoginTimeout() {
        return (int) Math.max(1, limit.toSeconds());
    }

    /** Ignored: drivers get the timeout as a property, since {@code DriverManager} would set it for all applications. */
    @Override
    public void setLoginTimeout(int seconds) {
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }

    @Override
    public String toString() {
        return kind() + " by " + driver.getClass().getName();
    }

    /** A driver property for a timeout. */
    private static final class TimeLimit {
        private final String property;
        private final ToLongFunction<Duration> value;

        private TimeLimit(String property, ToLongFunction<Duration> value) {
            this.property = property;
            this.value = value;
        }

        static TimeLimit seconds(String property) {
            return new TimeLimit(property, limit -> (limit.toMillis() + 999) / 1000);
        }

        static TimeLimit oneSecond(String property) {
            return new TimeLimit(property, limit -> 1);
        }

        static TimeLimit millis(String property) {
            return new TimeLimit(property, Duration::toMillis);
        }
    }
}
