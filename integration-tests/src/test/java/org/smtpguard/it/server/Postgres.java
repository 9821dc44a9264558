package org.smtpguard.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/** A real PostgreSQL on loopback that can be stopped and started again, on the same port and with what it held. */
public final class Postgres implements AutoCloseable {
    public static final String USER = "james";
    /** Nothing that a log could hold by accident. */
    public static final String PASSWORD = "D4tabase-Qv82-umlaut-\u00fc";

    private static final String OF_SUPERUSER = "postgres";

    private final Path data;
    private final Path rights;
    private EmbeddedPostgres server;

    private Postgres(Path data, Path rights) {
        this.data = data;
        this.rights = rights;
    }

    /** A new one, with a database that belongs to {@link #USER}. */
    public static Postgres start() {
        try {
            Path work = Files.createDirectories(Layout.work());
            // The superuser, whom the library itself logs in, needs no password; all others do.
            Path rights = Files.writeString(Files.createTempFile(work, "pg_hba", ".conf"),
                "host all " + OF_SUPERUSER + " samehost trust\nhost all all samehost scram-sha-256\n");
            Postgres postgres = new Postgres(Files.createTempDirectory(work, "postgres-"), rights);
            postgres.startOn(0);
            postgres.run(OF_SUPERUSER, "CREATE ROLE " + USER + " LOGIN PASSWORD '" + PASSWORD + "'");
            postgres.run(OF_SUPERUSER, "CREATE SCHEMA AUTHORIZATION " + USER);
            return postgres;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void startOn(int port) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
            .setPGStartupWait(Duration.ofMinutes(1))
            .setServerConfig("hba_file", rights.toString())
            .setDataDirectory(data)
            .setCleanDataDirectory(false);
        server = (port == 0 ? builder : builder.setPort(port)).start();
    }

    /** As JDBC writes it, without user and password. */
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/postgres";
    }

    public int port() {
        return server.getPort();
    }

    /** The jar of its JDBC driver. */
    public static Path driver() {
        return Path.of(org.postgresql.Driver.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    }

    public void run(String... statements) {
        for (String statement : statements) {
            run(USER, statement);
        }
    }

    private void run(String user, String sql) {
        try (Connection connection = connect(user); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first column of each row. */
    public List<String> column(String query) {
        List<String> values = new ArrayList<>();
        try (Connection connection = connect(USER); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection connect(String user) throws SQLException {
        return DriverManager.getConnection(url(), user, PASSWORD);
    }

    /** Connections are cut and nobody answers any more. */
    public void stop() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** After {@link #stop}: as if it had never been away. */
    public void startAgain() {
        try {
            startOn(server.getPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
