package org.smtpguard.backend.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.logging.Logger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.TestWorkers;

/** A mistake in the elements of {@link JdbcBackend} stops the start with one sentence; a database that is down does not. */
class JdbcSettingsTest {
    private static final String SECRET = "d4tabase-Passwort";

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', value = {
        "url         |                                     | needs an element <url>",
        "url | localhost/mail | has <url> that is not the address of a database; write for example jdbc:",
        "url         | jdbc:postgresql                     | has <url> that is not the address of a database",
        "url | jdbc:nosuch://x/y?password=" + SECRET + " | has <url> that begins with jdbc:nosuch:, which no driver accepts; put",
        "driver | com.example.NoSuchDriver | names in <driver> a class that is not on the class path; put the driver's jar",
        "driver | java.lang.String | names in <driver> a class that is not a JDBC driver, or cannot be used (ClassCastException)",
        "driver | org.postgresql.Driver | names in <driver> a driver that does not accept the address in <url>; correct one of the two",
        "lookup      |                                     | needs an element <lookup>",
        "lookup      | SELECT 1                            | has <lookup> with neither :user nor :localpart",
        "lookup | SELECT :hash, :user | has <lookup> with :hash, which is not a parameter; the parameters are :domain, :localpart, :user",
        "upgrade     | true                                | has <upgrade> with neither :user nor :localpart",
        "upgrade | UPDATE u SET p = :hash WHERE n = :user | has <upgrade> without :hash or without :oldHash; write … SET",
        "upgrade     | DELETE FROM u WHERE p = :oldHash AND n = :user | has <upgrade> without :hash or without :oldHash",
        "lastLogin   | UPDATE u SET t = NOW()              | has <lastLogin> with neither :user nor :localpart",
        "lastLogin | UPDATE u SET p = :hash WHERE n = :user | has <lastLogin> with :hash, which is not a parameter; the parameters are ",
        "poolSize    | 0                                   | has <poolSize>0</poolSize>; it must be a whole number from 1 to 1000",
        "timeout     | soon                                | has <timeout>soon</timeout>, which is not a duration",
        "allowPlain  | perhaps                             | has <allowPlain> that is neither true nor false",
        "preferredScheme | ROT13                           | has an unknown <preferredScheme>",
        "costLimits  | bcryptCost                          | has invalid <costLimits>",
        "paswort     | " + SECRET + "                      | has an unknown element <paswort>; known here: ",
    })
    void isTold(String element, String value, String fault) {
        Map<String, String> elements = elements();
        elements.put(element, value == null ? "" : value);

        assertThatThrownBy(() -> new JdbcBackend(settings(elements), TestWorkers.direct()))
            .isInstanceOf(InvalidConfigurationException.class)
            .hasMessageStartingWith("<backend class=\"JdbcBackend\" name=\"db\"> " + fault)
            .hasNoCause()
            .satisfies(e -> assertThat(e.getMessage()).doesNotContain(SECRET, "\n").endsWith("."));
    }

    @Test
    void aDatabaseThatIsDownIsNone() {
        Map<String, String> elements = elements();
        elements.put("url", "jdbc:postgresql://127.0.0.1:1/mail");

        try (JdbcBackend backend = new JdbcBackend(settings(elements), TestWorkers.direct())) {
            assertThat(backend).hasToString("JdbcBackend db (jdbc:postgresql: by org.postgresql.Driver)");
            assertThat(backend.timeLimit()).isEqualTo(Duration.ofSeconds(5));
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
        "jdbc:postgresql://x/y   | {cancelSignalTimeout=1, connectTimeout=3, loginTimeout=3, password=p, socketTimeout=3, user=u}",
        "jdbc:postgresql://x/y?socketTimeout=9 | {cancelSignalTimeout=1, connectTimeout=3, loginTimeout=3, password=p, user=u}",
        "jdbc:mysql://x/y        | {connectTimeout=2500, password=p, socketTimeout=2500, user=u}",
        "jdbc:mariadb://x/y      | {connectTimeout=2500, password=p, socketTimeout=2500, user=u}",
        "jdbc:sqlserver://x      | {loginTimeout=3, password=p, socketTimeout=2500, user=u}",
        "jdbc:oracle:thin:@x     | {oracle.jdbc.ReadTimeout=2500, oracle.net.CONNECT_TIMEOUT=2500, password=p, user=u}",
        "jdbc:other:x            | {password=p, user=u}",
    })
    void driversAreToldHowLongTheyMayWaitUnlessTheAddressSaysIt(String url, String told) {
        BackendSettings settings = settings(Map.of("url", url, "user", "u", "password", "p", "driver", Confiding.class.getName()));

        assertThatThrownBy(() -> JdbcSource.of(settings, Duration.ofMillis(2500)).getConnection()).isInstanceOf(JdbcException.class)
            .satisfies(e -> assertThat(Confiding.TOLD.get()).isEqualTo(told))
            .hasMessageStartingWith("the database reports an error (java.sql.SQLException), connecting to jdbc:")
            .hasNoCause();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
        "jdbc:postgresql://db.example.org/mail                             | jdbc:postgresql://db.example.org/mail",
        "jdbc:postgresql://db.example.org:5433,[2001:db8::7]:5432/mail     | jdbc:postgresql://db.example.org:5433,[2001:db8::7]:5432/mail",
        "jdbc:postgresql://db/mail?user=u&password=s3cret                  | jdbc:postgresql://db/mail",
        "jdbc:postgresql://db?password=s3cret                              | jdbc:postgresql://db",
        "jdbc:postgresql:mail?password=s3cret                              | jdbc:postgresql:",
        "jdbc:postgresql://db/mail?user=u@example.org&password=s3cret      | jdbc:postgresql://db/mail",
        "jdbc:mysql://u:s3cret@db/mail                                     | jdbc:mysql://db/mail",
        "jdbc:mysql://u:s3cret@db:3306/mail?password=s3cret                | jdbc:mysql://db:3306/mail",
        "jdbc:mysql://u:s3cret@x@db:3306/mail                              | jdbc:mysql://db:3306/mail",
        "jdbc:mysql://u:1234?s3cret@db/mail                                | jdbc:mysql:",
        "jdbc:mysql://u:1234/s3cret@db/mail                                | jdbc:mysql:",
        "jdbc:mysql://u:1234;s3cret@db/mail                                | jdbc:mysql:",
        "jdbc:mysql://u:1234#s3cret@db/mail                                | jdbc:mysql:",
        "jdbc:mysql://u:pass/s3cret@db/mail                                | jdbc:mysql:",
        "jdbc:mysql://u:pass?s3cret@db/mail                                | jdbc:mysql:",
        "jdbc:mysql://(host=db,user=u,password=s3cret)/mail                | jdbc:mysql:",
        "jdbc:mysql://address=(host=db)(password=s3cret)/mail              | jdbc:mysql:",
        "jdbc:mysql://db:3306/mail#s3cret                                  | jdbc:mysql://db:3306/mail",
        "jdbc:mysql:replication://db1,db2/mail?password=s3cret             | jdbc:mysql:replication://db1,db2/mail",
        "jdbc:mariadb:loadbalance://db1:3306,db2/mail                      | jdbc:mariadb:loadbalance://db1:3306,db2/mail",
        "jdbc:sqlserver://db:1433;databaseName=mail;user=u;password=s3cret | jdbc:sqlserver://db:1433",
        "jdbc:sqlserver://db\\mail;password={s3cret}                        | jdbc:sqlserver://db\\mail",
        "jdbc:oracle:thin:u/s3cret@//db:1521/mail                          | jdbc:oracle:thin:@//db:1521/mail",
        "jdbc:oracle:thin:u/s3cret//x@//db/mail                            | jdbc:oracle:thin:@//db/mail",
        "jdbc:oracle:thin:u/s3cret@x@//db/mail                             | jdbc:oracle:",
        "jdbc:oracle:thin:@db:1521:mail                                    | jdbc:oracle:thin:@db:1521:mail",
        "jdbc:h2:mem:mail;PASSWORD=s3cret                                  | jdbc:h2:",
        "jdbc:h2:tcp://db/mail;PASSWORD=s3cret                             | jdbc:h2:tcp://db/mail",
        "jdbc:h2:tcp://db/~/mail                                           | jdbc:h2:tcp://db",
    })
    void theAddressIsShownWithoutASecret(String url, String shown) {
        JdbcSource source = JdbcSource.of(settings(Map.of("url", url, "driver", Confiding.class.getName())), Duration.ofSeconds(5));

        assertThat(source.address()).isEqualTo(shown);
    }

    private static Map<String, String> elements() {
        return new TreeMap<>(Map.of("url", "jdbc:h2:mem:settings", "user", "mail", "password", SECRET,
            "lookup", "SELECT password FROM users WHERE username = :user"));
    }

    private static BackendSettings settings(Map<String, String> elements) {
        return new BackendSettings("JdbcBackend", "db", elements, Path::of);
    }

    /** Connects to nobody, and keeps nothing to itself. */
    public static final class Confiding implements Driver {
        private static final ThreadLocal<String> TOLD = new ThreadLocal<>();

        @Override
        public Connection connect(String url, Properties info) throws SQLException {
            TOLD.set(new TreeMap<>(info).toString());
            throw new SQLException("Cannot connect to " + url + " with " + info);
        }

        @Override
        public boolean acceptsURL(String url) {
            return true;
        }

        @Override
        public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
            return new DriverPropertyInfo[0];
        }

        @Override
        public int getMajorVersion() {
            return 1;
        }

        @Override
        public int getMinorVersion() {
            return 0;
        }

        @Override
        public boolean jdbcCompliant() {
            return false;
        }

        @Override
        public Logger getParentLogger() {
            return Logger.getGlobal();
        }
    }
}
