package org.smtpguard.it.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/** A PostgreSQL, started when first asked for, and stopped with the JVM. Everybody but its superuser needs a password. */
public final class Postgres {
    /** Who logs in there. */
    public static final String USER = "mail";
    /** Nobody writes this by accident: if it is found in a log, it is a leak. */
    public static final String PASSWORD = "d4tabase-Pässwörd";

    private final EmbeddedPostgres server;

    private Postgres() {
        try {
            server = EmbeddedPostgres.builder()
                .setPGStartupWait(Duration.ofMinutes(1))
                .setServerConfig("hba_file", askForPasswords().toString())
                .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        asSuperuser("CREATE ROLE " + USER + " LOGIN PASSWORD '" + PASSWORD + "'");
    }

    public static Postgres shared() {
        return Shared.POSTGRES;
    }

    /** On loopback. */
    public int port() {
        return server.getPort();
    }

    public void asSuperuser(String sql) {
        try (Connection connection = server.getPostgresDatabase().getConnection();
             Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of all but the superuser, whom the library itself logs in. */
    private static Path askForPasswords() throws IOException {
        Path file = Files.createTempFile("pg_hba", ".conf");
        file.toFile().deleteOnExit();
        return Files.writeString(file, "host all postgres samehost trust\nhost all all samehost scram-sha-256\n");
    }

    /** Loaded, and with it the server started, when it is asked for. */
    private static final class Shared {
        private static final Postgres POSTGRES = new Postgres();
    }
}
