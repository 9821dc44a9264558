package org.smtpguard.backend.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.backend.jdbc.JdbcBackendTests.ask;
import static org.smtpguard.backend.jdbc.JdbcBackendTests.credentials;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;

import org.apache.james.user.lib.model.Algorithm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.TestWorkers;
import org.smtpguard.password.Argon2;
import org.smtpguard.password.CostLimits;
import org.smtpguard.password.UnixCrypt;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** The statements of {@code docs/backends/jdbc.md} do what the page says, with the tables that it means. */
@Timeout(180)
class JdbcSamplesTest {
    private static final Path PAGE = Path.of("docs/backends/jdbc.md");
    private static final String OLD = UnixCrypt.md5().hash("secret".getBytes(UTF_8));

    static Stream<Arguments> databases() {
        return Stream.of(Arguments.of("H2", TestDatabase.h2()), Arguments.of("PostgreSQL", TestDatabase.postgres()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("databases")
    void postfixadmin(String name, TestDatabase database) throws Exception {
        database.run(
            // As Postfixadmin makes them for PostgreSQL, but for comments and rights.
            "CREATE TABLE domain (domain VARCHAR(255) NOT NULL PRIMARY KEY, description VARCHAR(255) DEFAULT '' NOT NULL,"
                + " active BOOLEAN DEFAULT TRUE NOT NULL, password_expiry INT DEFAULT 0)",
            "CREATE TABLE mailbox (username VARCHAR(255) NOT NULL PRIMARY KEY, password VARCHAR(255) DEFAULT '' NOT NULL,"
                + " name VARCHAR(255) DEFAULT '' NOT NULL, domain VARCHAR(255) NOT NULL REFERENCES domain,"
                + " active BOOLEAN DEFAULT TRUE NOT NULL, password_expiry TIMESTAMP WITH TIME ZONE)",
            "INSERT INTO domain (domain, active, password_expiry) VALUES"
                + " ('one.example', TRUE, 0), ('two.example', TRUE, 90), ('off.example', FALSE, 0)",
            "INSERT INTO mailbox (username, password, domain, active, password_expiry) VALUES"
                + " ('alice@one.example', '" + OLD + "', 'one.example', TRUE, TIMESTAMP '2001-01-01 00:00:00'),"
                + " ('bob@one.example', '" + OLD + "', 'one.example', FALSE, NULL),"
                + " ('carol@off.example', '" + OLD + "', 'off.example', TRUE, NULL),"
                + " ('dave@two.example', '" + OLD + "', 'two.example', TRUE, TIMESTAMP '2001-01-01 00:00:00'),"
                + " ('erin@two.example', '" + OLD + "', 'two.example', TRUE, TIMESTAMP '2999-01-01 00:00:00'),"
                + " ('frank@two.example', '" + OLD + "', 'two.example', TRUE, NULL)");

        try (CredentialBackend backend = backend(database, samples("Postfixadmin").get(0))) {
            assertThat(ask(backend, "Alice@One.Example", "secret")).isEqualTo(CredentialResult.accepted("alice@one.example"));
            assertThat(ask(backend, "alice@one.example", "wrong").kind()).isEqualTo(Kind.REFUSED);
            assertThat(ask(backend, "bob@one.example", "secret").kind()).isEqualTo(Kind.DISABLED);
            assertThat(ask(backend, "carol@off.example", "secret").kind()).isEqualTo(Kind.DISABLED);
            assertThat(ask(backend, "dave@two.example", "secret").isAccepted()).isTrue();
            assertThat(ask(backend, "grace@one.example", "secret").kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(database.rows("SELECT username FROM mailbox WHERE password LIKE '{ARGON2ID}%' ORDER BY username"))
                .containsExactly("alice@one.example", "dave@two.example");
        }
        try (CredentialBackend backend = backend(database, samples("Postfixadmin").get(1))) {
            assertThat(ask(backend, "alice@one.example", "secret").kind()).as("nothing expires in her domain").isEqualTo(Kind.ACCEPTED);
            assertThat(ask(backend, "bob@one.example", "secret").kind()).isEqualTo(Kind.DISABLED);
            assertThat(ask(backend, "dave@two.example", "secret").kind()).isEqualTo(Kind.EXPIRED);
            assertThat(ask(backend, "erin@two.example", "secret").kind()).isEqualTo(Kind.ACCEPTED);
            assertThat(ask(backend, "frank@two.example", "secret").kind()).isEqualTo(Kind.ACCEPTED);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("databases")
    void dovecot(String name, TestDatabase database) throws Exception {
        String create = "CREATE TABLE users (username VARCHAR(128) NOT NULL, domain VARCHAR(128) NOT NULL, password VARCHAR(64) NOT NULL,"
            + " home VARCHAR(255) NOT NULL, uid INTEGER NOT NULL, gid INTEGER NOT NULL, active CHAR(1) DEFAULT 'Y' NOT NULL)";
        database.run(create,
            "INSERT INTO users VALUES ('alice', 'one.example', '" + OLD + "', '/home', 1000, 1000, 'Y'),"
                + " ('alice', 'two.example', '{SHA}x', '/home', 1000, 1000, 'Y'),"
                + " ('bob', 'one.example', '" + OLD + "', '/home', 1000, 1000, 'N')");

        try (CredentialBackend backend = backend(database, samples("Dovecot").get(0))) {
            assertThat(ask(backend, "Alice@One.Example", "secret")).isEqualTo(CredentialResult.accepted("alice@one.example"));
            assertThat(ask(backend, "alice@one.example", "wrong").kind()).isEqualTo(Kind.REFUSED);
            assertThat(ask(backend, "bob@one.example", "secret").kind()).isEqualTo(Kind.DISABLED);
            assertThat(ask(backend, "alice@three.example", "secret").kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(ask(backend, "alice", "secret").kind()).isEqualTo(Kind.UNKNOWN);

            assertThat(backend.flaw()).as("the column of the example is too narrow").isPresent();
            assertThat(passwords(database)).containsExactly(OLD, "{SHA}x");
            database.run("ALTER TABLE users ALTER COLUMN password " + (name.equals("H2") ? "SET DATA TYPE" : "TYPE") + " VARCHAR(255)");
            assertThat(ask(backend, "alice@one.example", "secret").isAccepted()).isTrue();
            assertThat(backend.flaw()).isEmpty();
            assertThat(passwords(database).get(0)).startsWith("{ARGON2ID}");
            assertThat(passwords(database).get(1)).isEqualTo("{SHA}x");
        }
    }

    private static List<String> passwords(TestDatabase database) throws Exception {
        return database.rows("SELECT password FROM users WHERE username = 'alice' ORDER BY domain");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("databases")
    void jamesOwnUsers(String name, TestDatabase database) throws Exception {
        // As James' JPAUser has it, and hashed by James' own class.
        database.run("CREATE TABLE JAMES_USER (USER_NAME VARCHAR(100) NOT NULL PRIMARY KEY, PASSWORD_HASH_ALGORITHM VARCHAR(100) NOT NULL,"
            + " PASSWORD VARCHAR(128) NOT NULL, version INTEGER)");
        List<String> algorithms = List.of("PBKDF2", "PBKDF2-SHA512", "PBKDF2-SHA512-2000-512", "SHA-512/salted");
        for (String algorithm : algorithms) {
            String user = algorithm.toLowerCase(Locale.ROOT).replaceAll("\\W", "") + "@one.example";
            database.run("INSERT INTO JAMES_USER VALUES ('" + user + "', '" + algorithm + "', '"
                + Algorithm.of(algorithm).digest("secret", user) + "', 1)");
        }

        Map<String, String> sample = samples("James' own users (JPA)").get(0);
        assertThat(sample).doesNotContainKey("upgrade");
        try (CredentialBackend backend = backend(database, sample)) {
            for (String user : List.of("pbkdf2@one.example", "pbkdf2sha512@one.example", "pbkdf2sha5122000512@one.example",
                "sha512salted@one.example")) {
                assertThat(ask(backend, user, "secret")).isEqualTo(CredentialResult.accepted(user));
                assertThat(ask(backend, user, "wrong").kind()).isEqualTo(Kind.REFUSED);
            }
            assertThat(ask(backend, "nobody@one.example", "secret").kind()).isEqualTo(Kind.UNKNOWN);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("databases")
    void theFirstOfThePageAndTheLastLogIn(String name, TestDatabase database) throws Exception {
        database.run("CREATE TABLE users (username VARCHAR(99), password VARCHAR(255), last_login TIMESTAMP, last_ip VARCHAR(99))",
            "INSERT INTO users VALUES ('alice', '" + OLD + "', NULL, NULL), ('bob', '" + OLD + "', NULL, NULL)");
        Map<String, String> elements = new TreeMap<>(samples("JdbcBackend").get(0));
        assertThat(elements.keySet()).containsExactlyInAnyOrder("url", "user", "password", "lookup");
        elements.keySet().retainAll(List.of("lookup"));
        elements.putAll(samples("Last log-in").get(0));

        try (CredentialBackend backend = backend(database, elements)) {
            Origin origin = Origin.of("PLAIN", Optional.of("192.0.2.1"), Optional.empty(), true);
            assertThat(backend.verify(credentials("alice", "secret").from(origin)).toCompletableFuture().get(60, TimeUnit.SECONDS))
                .isEqualTo(CredentialResult.accepted("alice"));
            assertThat(database.rows("SELECT username, last_ip FROM users WHERE last_login IS NOT NULL"))
                .containsExactly("alice|192.0.2.1");
        }
    }

    @Test
    void aNewHashIsAsLongAsThePageSays() throws Exception {
        int length = ("{ARGON2ID}" + Argon2.id(CostLimits.standard()).hash("secret".getBytes(UTF_8))).length();

        assertThat(Files.readString(PAGE))
            .contains("a new hash of `{ARGON2ID}` has " + length + ",", length + " characters for `{ARGON2ID}`");
    }

    private static CredentialBackend backend(TestDatabase database, Map<String, String> sample) {
        List<String> elements = new ArrayList<>(List.of("timeout", "60s"));
        sample.forEach((element, text) -> elements.addAll(List.of(element, text)));
        return new JdbcBackend(database.settings(elements.toArray(new String[0])), TestWorkers.direct());
    }

    /** The blocks of XML below a heading, each as its elements by name. */
    private static List<Map<String, String>> samples(String heading) throws Exception {
        Matcher section = Pattern.compile("^#+ " + Pattern.quote(heading) + "\n(.*?)(?=^#|\\z)", Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(Files.readString(PAGE));
        assertThat(section.find()).as(heading).isTrue();
        List<Map<String, String>> samples = new ArrayList<>();
        for (Matcher block = Pattern.compile("```xml\n(.*?)```", Pattern.DOTALL).matcher(section.group(1)); block.find();) {
            samples.add(elements(block.group(1)));
        }
        assertThat(samples).as(heading).isNotEmpty();
        return samples;
    }

    private static Map<String, String> elements(String xml) throws Exception {
        String whole = xml.startsWith("<backend") ? xml : "<backend>" + xml + "</backend>";
        Element backend = DocumentBuilderFactory.newInstance().newDocumentBuilder()
            .parse(new ByteArrayInputStream(whole.getBytes(UTF_8))).getDocumentElement();
        Map<String, String> elements = new TreeMap<>();
        for (Node child = backend.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element) {
                elements.put(child.getNodeName(), child.getTextContent());
            }
        }
        return elements;
    }
}
