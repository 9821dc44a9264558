package org.smtpguard.backend.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.UUID;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.smtpguard.credential.BackendSettings;

/** An empty database for one test: H2's, in memory, or a schema of a real PostgreSQL's that is started once. */
public final class TestDatabase implements AutoCloseable {
    static final String USER = "mail";
    /** Nobody writes this by accident: if it is found in a log, it is a leak. */
    static final String PASSWORD = "d4tabase-Pässwörd";

    private final String url;
    /** For {@link #run} and {@link #rows}: each connection costs a PostgreSQL a process, and a log-in. */
    private Optional<Connection> own = Optional.empty();

    private TestDatabase(String url) {
        this.url = url;
    }

    public static TestDatabase h2() {
        return new TestDatabase("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    }

    public static TestDatabase postgres() {
        return Postgres.SHARED.schema();
    }

    /** One that cannot hold every character. */
    static TestDatabase postgresInLatin1() {
        return Postgres.SHARED.latin1();
    }

    /** The port of a PostgreSQL, on loopback. */
    public static int postgresPort() {
        return Postgres.SHARED.port();
    }

    public TestDatabase at(int port) {
        return new TestDatabase(url.replace(":" + postgresPort() + "/", ":" + port + "/"));
    }

    /** Settings that lead there, with these elements beside them, by name and text. */
    public BackendSettings settings(String... more) {
        Map<String, String> elements = new TreeMap<>(Map.of("url", url, "user", USER, "password", PASSWORD));
        for (int i = 0; i < more.length; i += 2) {
            elements.put(more[i], more[i + 1]);
        }
        return new BackendSettings("JdbcBackend", "db", elements, Path::of);
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url, USER, PASSWORD);
    }

    private Connection own() throws SQLException {
        if (own.isEmpty()) {
            own = Optional.of(connect());
        }
        return own.get();
    }

    public void run(String... statements) throws SQLException {
        try (Statement statement = own().createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Runs a statement with these values in it. */
    void run(String sql, List<String> values) throws SQLException {
        try (PreparedStatement statement = own().prepareStatement(sql)) {
            for (int i = 0; i < values.size(); i++) {
                statement.setString(i + 1, values.get(i));
            }
            statement.execute();
        }
    }

    /** Each row as text, its columns with bars between them. */
    public List<String> rows(String query) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = own().createStatement(); ResultSet results = statement.executeQuery(query)) {
            while (results.next()) {
                StringJoiner row = new StringJoiner("|");
                for (int i = 1; i <= results.getMetaData().getColumnCount(); i++) {
                    row.add(results.getString(i));
                }
                rows.add(row.toString());
            }
        }
        return rows;
    }

    @Override
    public void close() throws SQLException {
        if (own.isPresent()) {
            own.get().close();
        }
    }

    /** Started when first asked for, and stopped with the JVM. */
    private static final class Postgres {
        private static final Postgres SHARED = new Postgres();

        private final EmbeddedPostgres server;
        private final Connection superuser;

        private Postgres() {
            try {
                server = EmbeddedPostgres.builder()
                    .setPGStartupWait(Duration.ofMinutes(1))
                    .setServerConfig("hba_file", askForPasswords().toString())
                    .start();
                superuser = server.getPostgresDatabase().getConnection();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            asSuperuser("CREATE ROLE " + USER + " LOGIN PASSWORD '" + PASSWORD + "'");
        }

        /** Of all but the superuser, whom the library itself logs in. */
        private static Path askForPasswords() throws IOException {
            Path file = Files.createTempFile("pg_hba", ".conf");
            file.toFile().deleteOnExit();
            return Files.writeString(file, "host all postgres samehost trust\nhost all all samehost scram-sha-256\n");
        }

        int port() {
            return server.getPort();
        }

        TestDatabase latin1() {
            String name = "latin1_" + UUID.randomUUID().toString().replace("-", "");
            asSuperuser("CREATE DATABASE " + name + " OWNER " + USER
                + " ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
            return new TestDatabase("jdbc:postgresql://127.0.0.1:" + port() + "/" + name);
        }

        private void asSuperuser(String sql) {
            try (Statement statement = superuser.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        TestDatabase schema() {
            String name = "test_" + UUID.randomUUID().toString().replace("-", "");
            asSuperuser("CREATE SCHEMA " + name + " AUTHORIZATION " + USER);
            return new TestDatabase("jdbc:postgresql://127.0.0.1:" + port() + "/postgres?currentSchema=" + name);
        }
    }
}
