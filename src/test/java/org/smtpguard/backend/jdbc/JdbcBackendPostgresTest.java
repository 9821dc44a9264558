package org.smtpguard.backend.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.smtpguard.backend.support.Relay;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.TestWorkers;

/** With a real PostgreSQL, also when it cannot be reached. */
class JdbcBackendPostgresTest extends JdbcBackendTests {
    @Override
    TestDatabase create() {
        return TestDatabase.postgres();
    }

    @Nested
    @DisplayName("a database that fails")
    class Failing {
        private final Relay relay = Relay.to(TestDatabase.postgresPort());
        private final ExecutorService pool = Executors.newCachedThreadPool();

        @BeforeEach
        void bobHasAPassword() throws Exception {
            insert("bob", CHEAP);
        }

        @AfterEach
        void stop() throws Exception {
            relay.close();
            pool.shutdown();
            assertThat(pool.awaitTermination(60, TimeUnit.SECONDS)).as("no worker hangs").isTrue();
        }

        @Test
        void isUnavailableWhileItIsDownAndComesBackByItself() throws Exception {
            CredentialBackend backend = behindTheRelay("3s");

            String reason = "the database cannot be reached, or has closed the connection (org.postgresql.util.PSQLException,"
                + " SQLSTATE 08001),"
                + " connecting to jdbc:postgresql://";
            assertThat(askInTime(backend).reason()).startsWith(reason).contains(":" + relay.port() + "/").doesNotContain("?");
            assertThat(backend.check().toCompletableFuture().get(60, TimeUnit.SECONDS)).hasValueSatisfying(
                said -> assertThat(said).startsWith(reason));
            relay.listen();
            awaitAccepted(backend);
        }

        @Test
        void isUnavailableWhereItIsConnectedToAndNeverAnswers() throws Exception {
            relay.listen();
            relay.stall();
            CredentialBackend backend = behindTheRelay("1s");

            assertThat(askInTime(backend).kind()).isEqualTo(Kind.UNAVAILABLE);
            relay.resume();
            awaitAccepted(backend);
        }

        @Test
        void isUnavailableWhereItFallsSilentAndComesBackByItself() throws Exception {
            relay.listen();
            CredentialBackend backend = behindTheRelay("2s");
            awaitAccepted(backend);

            relay.stall();
            for (int i = 0; i < 2; i++) {
                assertThat(askInTime(backend).kind()).isEqualTo(Kind.UNAVAILABLE);
            }
            relay.resume();
            awaitAccepted(backend);
        }

        @Test
        void isUnavailableWhereItHangsUpAndComesBackByItself() throws Exception {
            relay.listen();
            CredentialBackend backend = behindTheRelay("2s");
            awaitAccepted(backend);

            relay.cut();
            assertThat(askInTime(backend).kind()).isEqualTo(Kind.UNAVAILABLE);
            relay.listen();
            awaitAccepted(backend);
        }

        @Test
        void isUnavailableWhereAStatementTakesTooLong() throws Exception {
            CredentialBackend backend = backend(TestWorkers.on(pool), "timeout", "4s",
                "lookup", "SELECT password FROM users, pg_sleep(CASE WHEN :user = 'bob' THEN 600 ELSE 0 END) WHERE username = :user");
            assertUnavailable(backend, "the database took too long (org.postgresql.util.PSQLException, SQLSTATE 57014)");

            assertThat(ask(backend, USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
        }

        @Test
        void isOverloadedAndNotOutOfOrderWhereNoConnectionGetsFree() throws Exception {
            CredentialBackend backend = backend(TestWorkers.on(pool), "timeout", "6s", "poolSize", "1",
                "lookup", "SELECT password FROM users WHERE username = :user FOR UPDATE");
            try (Connection lock = database().connect(); Statement statement = lock.createStatement()) {
                lock.setAutoCommit(false);
                statement.execute("SELECT * FROM users WHERE username = 'bob' FOR UPDATE");
                CompletableFuture<CredentialResult> first = backend.verify(credentials("bob", "secret")).toCompletableFuture();
                await().atMost(60, TimeUnit.SECONDS).until(() -> !database().rows(
                    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE%'").isEmpty()
                    || first.isDone());

                CredentialResult second = ask(backend, USER, PASSWORD);
                assertThat(second.kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(second.isOverload()).isTrue();
                assertThat(second.reason()).isEqualTo("all connections to the database are busy (1)");
                lock.rollback();
                first.get(60, TimeUnit.SECONDS);
            }
            awaitAccepted(backend);
        }

        @Test
        void keepsConnectionsForLogInsWhereWhatIsWrittenAfterThemHangs() throws Exception {
            database().run("CREATE TABLE logins (username VARCHAR(255))");
            CredentialBackend backend = backend(TestWorkers.on(pool), "timeout", "20s", "poolSize", "2", "lookup", LOOKUP,
                "lastLogin", "INSERT INTO logins VALUES (:user)");
            try (Connection lock = database().connect(); Statement statement = lock.createStatement()) {
                lock.setAutoCommit(false);
                statement.execute("LOCK TABLE logins IN ACCESS EXCLUSIVE MODE");
                List<CompletableFuture<CredentialResult>> answers = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    answers.add(backend.verify(credentials("bob", "secret")).toCompletableFuture());
                }
                for (CompletableFuture<CredentialResult> answer : answers) {
                    assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo(CredentialResult.accepted("bob"));
                }
                assertThat(database().rows("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                    + " AND query LIKE '%INSERT INTO logins%'")).as("that hang").hasSizeLessThanOrEqualTo(1);
                lock.rollback();
            }
            await().atMost(60, TimeUnit.SECONDS).untilAsserted(() ->
                assertThat(database().rows("SELECT COUNT(*) FROM logins")).containsExactly("10"));
        }

        private CredentialBackend behindTheRelay(String timeout) {
            return open(new JdbcBackend(database().at(relay.port()).settings("lookup", LOOKUP, "timeout", timeout),
                TestWorkers.on(pool), schemes));
        }

        private void assertUnavailable(CredentialBackend backend, String reason) throws Exception {
            try (LogCapture log = new LogCapture()) {
                assertThat(askInTime(backend)).isEqualTo(CredentialResult.unavailable(reason));
                assertThat(log.text()).doesNotContain(TestDatabase.PASSWORD, CHEAP);
            }
        }

        /** Within the limit and what a busy machine needs beside it. */
        private CredentialResult askInTime(CredentialBackend backend) throws Exception {
            return backend.verify(credentials("bob", "secret")).toCompletableFuture()
                .get(backend.timeLimit().toSeconds() + 6, TimeUnit.SECONDS);
        }

        private void awaitAccepted(CredentialBackend backend) {
            await().atMost(60, TimeUnit.SECONDS).until(() -> ask(backend, "bob", "secret").isAccepted());
        }
    }

    @Test
    void nobodyHasANameWithACharacterThatTheDatabaseCannotHold() throws Exception {
        CredentialBackend backend = complete(TestWorkers.direct());

        assertThat(ask(backend, "alice\0@localhost", PASSWORD)).isEqualTo(CredentialResult.unknown());

        TestDatabase latin1 = TestDatabase.postgresInLatin1();
        latin1.run("CREATE TABLE users (username VARCHAR(255), password VARCHAR(255))",
            "INSERT INTO users VALUES ('j\u00fcrgen', '" + CHEAP + "')");
        CredentialBackend narrow =
            open(new JdbcBackend(latin1.settings("lookup", LOOKUP, "timeout", "60s"), TestWorkers.direct(), schemes));
        assertThat(ask(narrow, "J\u00dcRGEN", "secret")).isEqualTo(CredentialResult.accepted("j\u00fcrgen"));
        assertThat(ask(narrow, "\uD83D\uDE00@localhost", PASSWORD)).isEqualTo(CredentialResult.unknown());
    }
}
