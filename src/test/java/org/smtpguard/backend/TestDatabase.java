package org.smtpguard.backend;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.UUID;

import org.smtpguard.credential.BackendSettings;
import org.smtpguard.it.peer.Postgres;

/** An empty database for one test: H2's, in memory, or a schema of a real PostgreSQL's that is started once. */
final class TestDatabase {
    static final String USER = Postgres.USER;
    static final String PASSWORD = Postgres.PASSWORD;

    private final String url;

    private TestDatabase(String url) {
        this.url = url;
    }

    static TestDatabase h2() {
        return new TestDatabase("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    }

    static TestDatabase postgres() {
        String name = "test_" + UUID.randomUUID().toString().replace("-", "");
        Postgres.shared().asSuperuser("CREATE SCHEMA " + name + " AUTHORIZATION " + USER);
        return new TestDatabase("jdbc:postgresql://127.0.0.1:" + postgresPort() + "/postgres?currentSchema=" + name);
    }

    /** One that cannot hold every character. */
    static TestDatabase postgresInLatin1() {
        String name = "latin1_" + UUID.randomUUID().toString().replace("-", "");
        Postgres.shared().asSuperuser("CREATE DATABASE " + name + " OWNER " + USER
            + " ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        return new TestDatabase("jdbc:postgresql://127.0.0.1:" + postgresPort() + "/" + name);
    }

    /** The port of a PostgreSQL, on loopback. */
    static int postgresPort() {
        return Postgres.shared().port();
    }

    TestDatabase at(int port) {
        return new TestDatabase(url.replace(":" + postgresPort() + "/", ":" + port + "/"));
    }

    /** Settings that lead there, with these elements beside them, by name and text. */
    BackendSettings settings(String... more) {
        Map<String, String> elements = new TreeMap<>(Map.of("url", url, "user", USER, "password", PASSWORD));
        for (int i = 0; i < more.length; i += 2) {
            elements.put(more[i], more[i + 1]);
        }
        return new BackendSettings("JdbcBackend", "db", elements, Path::of);
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url, USER, PASSWORD);
    }

    void run(String... statements) throws SQLException {
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Each row as text, its columns with bars between them. */
    List<String> rows(String query) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = connect(); Statement statement = connection.createStatement();
             ResultSet results = statement.executeQuery(query)) {
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
}
