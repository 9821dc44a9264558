package org.smtpguard.backend.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.backend.support.CountingScheme;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialBackendContract;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.KeyResult;
import org.smtpguard.credential.KeyShape;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.OverloadException;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.TestWorkers;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.credential.Workers;
import org.smtpguard.password.Argon2;
import org.smtpguard.password.BCrypt;
import org.smtpguard.password.CostLimits;
import org.smtpguard.password.JamesHash;
import org.smtpguard.password.PasswordSchemes;
import org.smtpguard.password.ScramScheme;
import org.smtpguard.password.Sha;

/** What holds for {@link JdbcBackend}, whatever the database. */
@Timeout(180)
abstract class JdbcBackendTests implements CredentialBackendContract {
    static final String LOOKUP = "SELECT password FROM users WHERE username = :user";
    static final String UPGRADE = "UPDATE users SET password = :hash WHERE username = :user AND password = :oldHash";
    static final String LAST_LOGIN =
        "UPDATE users SET last_login = CURRENT_TIMESTAMP, last_from = :remoteIp, last_by = :mechanism WHERE username = :user";

    private static final CostLimits LIMITS = CostLimits.standard().with(CostLimits.CostLimit.PBKDF2_ROUNDS, 4096);
    private static final String OLD = "{SHA}" + Sha.sha1().hash("secret".getBytes(UTF_8));
    private static final String SCRAM = "{SCRAM-SHA-256}" + ScramScheme.sha256(LIMITS).hash("secret".getBytes(UTF_8));
    static final String CHEAP = "{BCRYPT}" + new BCrypt(4).hash("secret".getBytes(UTF_8));
    /** What has ended other people's tables. */
    private static final List<String> NASTY = List.of("' OR 1=1 --", "' OR '1'='1", "alice@localhost' --",
        "alice@localhost'; DROP TABLE users; --", "'; UPDATE users SET password = ''; --", "\" OR \"\"=\"", "') OR ('1'='1",
        "x' UNION SELECT password FROM users --", "\\' OR 1=1 --", "alice@localhost\\", "%", "_____@localhost", "*",
        "alice@localhost\u2019 OR 1=1", "/* */", ":user", "?", "$1", "$$", "${user}", "{fn user()}", "alice@localhost\n",
        "' OR pg_sleep(60) IS NULL --", "'||(SELECT password FROM users LIMIT 1)||'", "0x27204f5220313d31", "%27%20OR%201=1");

    final PasswordSchemes schemes = new PasswordSchemes(List.of(Argon2.id(64, 1, 1), new BCrypt(4), Sha.salted1(), Sha.sha1(),
        ScramScheme.sha256(LIMITS), new JamesHash(CostLimits.standard())));
    private final List<CredentialBackend> opened = new ArrayList<>();
    private TestDatabase database;

    abstract TestDatabase create();

    @BeforeEach
    void aliceHasAPassword() throws Exception {
        database = create();
        database.run("CREATE TABLE users (username VARCHAR(255) PRIMARY KEY, password VARCHAR(255), last_login TIMESTAMP,"
            + " last_from VARCHAR(64), last_by VARCHAR(64))");
        insert(USER, "{BCRYPT}" + new BCrypt(4).hash(PASSWORD.getBytes(UTF_8)));
    }

    @AfterEach
    void close() throws SQLException {
        opened.forEach(CredentialBackend::close);
        database.close();
    }

    @Override
    public CredentialBackend backend(Workers workers) {
        return backend(workers, "lookup", LOOKUP);
    }

    @Nested
    @DisplayName("the row")
    class TheRow {
        @ParameterizedTest(name = "{0}: {1}")
        @CsvSource(delimiter = '|', value = {
            "password                                                  | ACCEPTED",
            "password AS secret                                        | ACCEPTED",
            "username, password                                        | ACCEPTED",
            "username, password AS PassWord, TRUE AS active            | ACCEPTED",
            "password, 1 AS active, 0 AS disabled, 0 AS expired        | ACCEPTED",
            "password, 'Y' AS active, 'n' AS disabled, '' AS expired   | ACCEPTED",
            "password, NULL AS disabled, NULL AS expired               | ACCEPTED",
            "password, NULL AS username, 'home' AS home                | ACCEPTED",
            "password, FALSE AS active                                 | DISABLED",
            "password, 0 AS active                                     | DISABLED",
            "password, 'no' AS active                                  | DISABLED",
            "password, NULL AS active                                  | DISABLED",
            "password, TRUE AS disabled                                | DISABLED",
            "password, 2 AS disabled                                   | DISABLED",
            "password, 'on' AS disabled, 't' AS expired                | DISABLED",
            "'not a hash' AS password, TRUE AS disabled                | DISABLED",
            "NULL AS password, TRUE AS disabled                        | DISABLED",
            "CONCAT('!', password) AS password                         | DISABLED",
            "'*' AS password                                           | DISABLED",
            "password, TRUE AS expired                                 | EXPIRED",
            "password, 1 AS expired                                    | EXPIRED",
            "CAST(NULL AS VARCHAR(9)) AS password                      | REFUSED",
            "'' AS password                                            | REFUSED",
            "' ' AS password, FALSE AS disabled                        | REFUSED",
        })
        void saysWhoMayLogIn(String columns, Kind kind) throws Exception {
            insert("bob", CHEAP);

            assertThat(ask(looking("SELECT " + columns + " FROM users WHERE username = :user"), "bob", "secret").kind()).isEqualTo(kind);
        }

        @Test
        void isExpiredForThoseAloneWhoKnowThePassword() throws Exception {
            insert("bob", CHEAP);
            CredentialBackend backend = looking("SELECT password, TRUE AS expired FROM users WHERE username = :user");

            assertThat(ask(backend, "bob", "wrong").kind()).isEqualTo(Kind.REFUSED);
            assertThat(ask(backend, "bob", "secret").kind()).isEqualTo(Kind.EXPIRED);
        }

        @ParameterizedTest(name = "{0}")
        @CsvSource(delimiter = '|', value = {
            "'hunter2' AS password                       | the password does not say its scheme",
            "'{MD5}hunter2' AS password                  | the scheme is unknown",
            "'{BCRYPT}hunter2' AS password               | a bcrypt hash begins with $2a$, $2b$ or $2y$",
            "'hunter2' AS password, 'SSHA' AS scheme     | the SSHA hash has 5 octets",
            "'hunter2' AS password, 'NONE' AS algorithm  | the algorithm of the {JAMES} hash is not one of",
            "password, 'hunter2' AS active               | in column active a value that is neither true nor false",
            "password, 'hunter2' AS expired              | in column expired a value that is neither true nor false",
            "username, last_login                        | no column named password; give the hash that name",
        })
        void thatCannotBeUnderstoodIsNoRefusalAndIsNotRepeated(String columns, String why) throws Exception {
            insert("bob", CHEAP);
            try (LogCapture log = new LogCapture()) {
                CredentialResult result = ask(looking("SELECT " + columns + " FROM users WHERE username = :user"), "bob", "secret");

                assertThat(result.kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(result.reason()).contains(why).doesNotContain("hunter2");
                assertThat(log.text()).doesNotContain("hunter2");
            }
        }

        @Test
        void hasToBeTheOnlyOne() throws Exception {
            insert("bob", CHEAP);
            CredentialBackend backend = looking("SELECT password FROM users WHERE username = :user OR username = 'bob'");

            assertThat(ask(backend, "bob", "secret").kind()).isEqualTo(Kind.ACCEPTED);
            assertThat(ask(backend, USER, PASSWORD))
                .isEqualTo(CredentialResult.notQueried("the look-up returned more than one row for one name; make it return one"));
        }

        @Test
        void maySayWhoTheUserIs() throws Exception {
            insert("bob", CHEAP);
            CredentialBackend backend = looking("SELECT password, 'Bob@LOCALHOST' AS username FROM users WHERE username = :localpart");

            assertThat(ask(backend, "bob@anywhere.example", "secret")).isEqualTo(CredentialResult.accepted("bob@localhost"));
        }

        @Test
        void maySayTheSchemeInAColumnOfItsOwn() throws Exception {
            insert("bob", OLD.substring("{SHA}".length()));
            insert("carol", OLD);
            CredentialBackend backend = looking("SELECT password, 'sha' AS scheme FROM users WHERE username = :user");

            assertThat(ask(backend, "bob", "secret").kind()).isEqualTo(Kind.ACCEPTED);
            assertThat(ask(backend, "carol", "secret").kind()).isEqualTo(Kind.ACCEPTED);
        }

        @Test
        void isFoundByPartsOfTheNameToo() throws Exception {
            database.run("CREATE TABLE boxes (box VARCHAR(64), home VARCHAR(64), password VARCHAR(255))",
                "INSERT INTO boxes VALUES ('bob', 'one.example', '" + CHEAP + "'), ('o''brien', '', '" + CHEAP + "'),"
                    + " ('odd@name', 'one.example', '" + CHEAP + "')");
            CredentialBackend backend = looking("SELECT password FROM boxes WHERE box = :localpart AND home = :domain");

            assertThat(ask(backend, "Bob@One.Example", "secret")).isEqualTo(CredentialResult.accepted("bob@one.example"));
            assertThat(ask(backend, "odd@name@one.example", "secret").kind()).isEqualTo(Kind.ACCEPTED);
            assertThat(ask(backend, "o'brien", "secret").kind()).isEqualTo(Kind.ACCEPTED);
            assertThat(ask(backend, "bob@two.example", "secret").kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(ask(backend, "bob", "secret").kind()).isEqualTo(Kind.UNKNOWN);
        }
    }

    @Nested
    @DisplayName("a name that is SQL")
    class Injection {
        @Test
        void isAnUnknownUserAndChangesNothing() throws Exception {
            insert("bob", OLD);
            List<String> before = everything();
            CredentialBackend backend = complete(TestWorkers.direct());

            for (String nasty : NASTY) {
                assertThat(ask(backend, nasty, "secret")).as(nasty).isEqualTo(CredentialResult.unknown());
                assertThat(ask(backend, nasty + "@localhost", nasty)).as(nasty).isEqualTo(CredentialResult.unknown());
                assertThat(keys(backend, nasty).kind()).as(nasty).isEqualTo(Kind.UNKNOWN);
            }

            assertThat(everything()).isEqualTo(before);
        }

        @Test
        void mayBeAUserLikeAnyOther() throws Exception {
            for (String nasty : NASTY) {
                insert(nasty.toLowerCase(Locale.ROOT), OLD);
            }
            List<String> others = database.rows("SELECT * FROM users WHERE username = '" + USER + "'");
            CredentialBackend backend = complete(TestWorkers.direct());

            for (String nasty : NASTY) {
                assertThat(ask(backend, nasty, "wrong").kind()).as(nasty).isEqualTo(Kind.REFUSED);
                assertThat(ask(backend, nasty, "secret").kind()).as(nasty).isEqualTo(Kind.ACCEPTED);
            }

            assertThat(database.rows("SELECT COUNT(*) FROM users WHERE last_by = 'PLAIN' AND password LIKE '{ARGON2ID}$%'"))
                .containsExactly(Integer.toString(NASTY.size()));
            assertThat(database.rows("SELECT * FROM users WHERE username = '" + USER + "'")).isEqualTo(others);
        }

        @Test
        void isBoundWhereTheClientsAddressIsOneToo() throws Exception {
            CredentialBackend backend = complete(TestWorkers.direct());
            Origin origin = Origin.of("X' --", Optional.of("'; DROP TABLE users; --"), Optional.empty(), true);

            assertThat(backend.verify(credentials(USER, PASSWORD).from(origin)).toCompletableFuture().get().isAccepted()).isTrue();

            assertThat(database.rows("SELECT last_from, last_by FROM users")).containsExactly("'; DROP TABLE users; --|X' --");
        }
    }

    @Nested
    @DisplayName("a stranger costs what a user costs")
    class Costs {
        private final List<String> checks = new ArrayList<>();
        private final PasswordSchemes counting = new PasswordSchemes(List.of(
            new CountingScheme(Argon2.id(64, 1, 1), checks), new CountingScheme(new BCrypt(4), checks)));

        @Test
        void oneCheckForEachAtTheCostOfTheUsersFromTheFirstRequestOn() throws Exception {
            insert("bob", null);
            CredentialBackend backend =
                open(new JdbcBackend(database.settings("lookup", LOOKUP, "timeout", "60s"), TestWorkers.direct(), counting));

            assertThat(ask(backend, STRANGER, "secret").kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(checks).containsExactly("BCRYPT 4");
            checks.clear();

            assertThat(ask(backend, USER, "wrong").kind()).isEqualTo(Kind.REFUSED);
            assertThat(ask(backend, STRANGER, "secret").kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(ask(backend, "another" + STRANGER, "secret").kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(ask(backend, "bob", "secret").kind()).as("has no hash").isEqualTo(Kind.REFUSED);
            assertThat(checks).hasSize(4).containsOnly("BCRYPT 4");
        }

        @Test
        void noLookUpMovesWhatUnknownUsersCost() throws Exception {
            insert("carol", "{ARGON2ID}" + Argon2.id(64, 1, 1).hash("secret".getBytes(UTF_8)));
            JdbcBackend backend =
                (JdbcBackend) open(new JdbcBackend(database.settings("lookup", LOOKUP, "timeout", "60s"), TestWorkers.direct(), counting));
            List<String> before = costsOfStrangers(backend);

            for (int i = 0; i < 50; i++) {
                assertThat(ask(backend, USER, "wrong").kind()).isEqualTo(Kind.REFUSED);
            }

            assertThat(before).contains("BCRYPT 4", "ARGON2ID m=64,t=1,p=1");
            assertThat(costsOfStrangers(backend)).isEqualTo(before);
        }

        @Test
        void namesThatFindOneUserCostTheSameWhereThereIsNone() throws Exception {
            insert("carol", "{ARGON2ID}" + Argon2.id(64, 1, 1).hash("secret".getBytes(UTF_8)));
            CredentialBackend backend = open(new JdbcBackend(database.settings("timeout", "60s",
                "lookup", "SELECT password FROM users WHERE username = :localpart"), TestWorkers.direct(), counting));
            checks.clear();

            for (int i = 0; i < 20; i++) {
                ask(backend, "stranger" + i, "wrong");
                ask(backend, "stranger" + i + "@one.example", "wrong");
                assertThat(checks).hasSize(2);
                assertThat(checks.get(0)).isEqualTo(checks.get(1));
                checks.clear();
            }
            assertThat(((JdbcBackend) backend).identity("bob@one.example")).isEqualTo("bob");
        }

        @Test
        void aStatementOfTheOperatorsMayTakeTheSample() throws Exception {
            CredentialBackend backend = open(new JdbcBackend(database.settings("timeout", "60s", "sample", "SELECT password FROM users",
                "lookup", "SELECT password FROM users WHERE :user = username"), TestWorkers.direct(), counting));

            assertThat(ask(backend, STRANGER, "secret").kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(checks).containsExactly("BCRYPT 4");
            assertThat(backend.flaw()).isEmpty();
        }

        @Test
        void whereNoSampleCanBeTakenUnknownUsersCostANewHashAndTheOperatorIsTold() throws Exception {
            CredentialBackend underivable = open(new JdbcBackend(database.settings("timeout", "60s",
                "lookup", "SELECT password FROM users WHERE :user = username"), TestWorkers.direct(), counting));
            CredentialBackend failing = open(new JdbcBackend(database.settings("timeout", "60s", "sample", "SELECT nothing FROM nowhere",
                "lookup", LOOKUP), TestWorkers.direct(), counting));

            for (CredentialBackend backend : List.of(underivable, failing)) {
                checks.clear();
                assertThat(ask(backend, USER, "wrong").kind()).isEqualTo(Kind.REFUSED);
                assertThat(ask(backend, STRANGER, "secret").kind()).isEqualTo(Kind.UNKNOWN);
                assertThat(checks).containsExactly("BCRYPT 4", "ARGON2ID m=64,t=1,p=1");
                assertThat(backend.flaw().orElseThrow()).contains("<sample>");
            }
        }

        @Test
        void scramKeysAreCountedInTheSample() throws Exception {
            insert("carol", SCRAM);
            JdbcBackend backend = (JdbcBackend) looking(LOOKUP);

            assertThat(keys(backend, STRANGER).kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(backend.census("SCRAM-SHA-256").typical()).contains(KeyShape.of(4096, 16));
            assertThat(backend.census("SCRAM-SHA-512").isEmpty()).as("a sample does not show that there are none").isFalse();
            assertThat(keys(backend, USER).refusal().reason()).isEqualTo("no SCRAM key for this user");
        }

        private List<String> costsOfStrangers(JdbcBackend backend) throws Exception {
            checks.clear();
            for (int i = 0; i < 40; i++) {
                ask(backend, "stranger" + i, "secret");
            }
            return List.copyOf(checks);
        }

        @Test
        void anEmptyPasswordCostsNobodyAnything() throws Exception {
            CredentialBackend backend = open(new JdbcBackend(database.settings("lookup", LOOKUP), TestWorkers.busy(), counting));

            assertThat(ask(backend, USER, "")).isEqualTo(CredentialResult.refused());
            assertThat(ask(backend, STRANGER, "")).isEqualTo(CredentialResult.refused());
            assertThat(checks).isEmpty();
        }
    }

    @Nested
    @DisplayName("the work")
    class TheWork {
        @Test
        void isSharedOutAmongTheWorkersAndLeftUndoneWhenNobodyWaits() throws Exception {
            List<Runnable> hashing = new ArrayList<>();
            List<Runnable> blocking = new ArrayList<>();
            CredentialBackend backend = complete(workers(hashing::add, blocking::add));

            CompletableFuture<CredentialResult> answer = backend.verify(credentials(USER, PASSWORD)).toCompletableFuture();
            assertThat(hashing).isEmpty();
            blocking.remove(0).run();
            assertThat(answer).isNotDone();
            hashing.remove(0).run();
            assertThat(answer).isCompletedWithValue(CredentialResult.accepted(USER));
            blocking.clear();
            hashing.clear();

            CompletableFuture<CredentialResult> early = backend.verify(credentials(USER, PASSWORD)).toCompletableFuture();
            early.cancel(false);
            blocking.remove(0).run();
            assertThat(hashing).as("nobody waits for the row").isEmpty();

            CompletableFuture<CredentialResult> late = backend.verify(credentials(USER, PASSWORD)).toCompletableFuture();
            blocking.remove(0).run();
            late.cancel(false);
            hashing.remove(0).run();
            assertThat(blocking).as("nobody has logged in").isEmpty();
        }

        @Test
        void isTurnedAwayByTheHashersToo() throws Exception {
            CredentialBackend backend = complete(workers(task -> {
                throw new RejectedExecutionException();
            }, Runnable::run));

            assertThat(backend.verify(credentials(USER, PASSWORD)).toCompletableFuture()).failsWithin(Duration.ofSeconds(30))
                .withThrowableThat().withCauseInstanceOf(OverloadException.class);
        }

        @Test
        void ofManyAtOnceIsDoneForAll() throws Exception {
            for (int i = 0; i < 20; i++) {
                insert("user" + i, OLD);
            }
            ExecutorService pool = Executors.newFixedThreadPool(8);
            try {
                CredentialBackend backend = complete(TestWorkers.on(pool));
                List<CompletableFuture<CredentialResult>> answers = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    answers.add(backend.verify(credentials("user" + i % 20, i % 4 == 0 ? "wrong" : "secret")).toCompletableFuture());
                }
                for (int i = 0; i < 200; i++) {
                    Kind kind = answers.get(i).get(120, TimeUnit.SECONDS).kind();
                    assertThat(kind).isEqualTo(i % 4 == 0 ? Kind.REFUSED : Kind.ACCEPTED);
                }
                // Of users 0, 4, 8 … every log-in was a wrong one.
                await().atMost(60, TimeUnit.SECONDS).untilAsserted(() -> assertThat(database.rows(
                    "SELECT COUNT(*) FROM users WHERE password LIKE '{ARGON2ID}%' AND last_login IS NOT NULL")).containsExactly("15"));
            } finally {
                pool.shutdown();
                assertThat(pool.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Nested
    @DisplayName("a better hash")
    class Upgrade {
        @Test
        void isWrittenAfterTheVerdict() throws Exception {
            insert("bob", OLD);
            List<Runnable> hashing = new ArrayList<>();
            List<Runnable> blocking = new ArrayList<>();
            CredentialBackend backend = backend(workers(hashing::add, blocking::add), "lookup", LOOKUP, "upgrade", UPGRADE);

            CompletableFuture<CredentialResult> answer = backend.verify(credentials("bob", "secret")).toCompletableFuture();
            blocking.remove(0).run();
            hashing.remove(0).run();
            assertThat(answer).isCompletedWithValue(CredentialResult.accepted("bob"));
            assertThat(blocking).isEmpty();
            hashing.remove(0).run();
            assertThat(stored("bob")).as("made, not yet written").isEqualTo(OLD);
            blocking.remove(0).run();

            String hash = stored("bob");
            assertThat(hash).startsWith("{ARGON2ID}$argon2id$");
            assertThat(schemes.read(hash).matches("secret".getBytes(UTF_8))).isTrue();
        }

        @Test
        void isToldAndOnlyForThoseWhoLoggedInWithAnOutdatedOne() throws Exception {
            insert("bob", OLD);
            insert("carol", SCRAM);
            insert("dave", OLD);
            CredentialBackend backend = backend(TestWorkers.direct(), "lookup", LOOKUP, "upgrade", UPGRADE);
            try (LogCapture log = new LogCapture()) {
                ask(backend, "bob", "wrong");
                ask(backend, STRANGER, "secret");
                assertThat(ask(backend, "carol", "secret").isAccepted()).isTrue();
                assertThat(stored("bob")).isEqualTo(OLD);

                assertThat(ask(backend, "bob", "secret").isAccepted()).isTrue();
                String upgraded = stored("bob");
                assertThat(ask(backend, "bob", "secret").isAccepted()).isTrue();
                assertThat(stored("bob")).as("once is enough").isEqualTo(upgraded).startsWith("{ARGON2ID}");

                assertThat(stored("carol")).isEqualTo(SCRAM);
                assertThat(stored("dave")).isEqualTo(OLD);
                assertThat(log.at(Level.INFO)).filteredOn(line -> line.startsWith("Backend"))
                    .containsExactly("Backend db has given bob a new hash, ARGON2ID instead of SHA");
                assertThat(log.text()).doesNotContain("secret", "$argon2id$", OLD.substring(5), TestDatabase.PASSWORD);
            }
        }

        @Test
        void leavesAPasswordThatWasChangedMeanwhile() throws Exception {
            insert("bob", OLD);
            List<Runnable> tasks = new ArrayList<>();
            CredentialBackend backend = backend(TestWorkers.on(tasks::add), "lookup", LOOKUP, "upgrade", UPGRADE);

            CompletableFuture<CredentialResult> answer = backend.verify(credentials("bob", "secret")).toCompletableFuture();
            for (int i = 0; i < 3; i++) {
                tasks.remove(0).run();
            }
            assertThat(answer.get().isAccepted()).isTrue();
            database.run("UPDATE users SET password = '" + CHEAP + "' WHERE username = 'bob'");
            tasks.remove(0).run();

            assertThat(tasks).isEmpty();
            assertThat(stored("bob")).isEqualTo(CHEAP);
        }

        @Test
        void changesOneRowOrNone() throws Exception {
            insert("bob", OLD);
            insert("carol", OLD);
            CredentialBackend backend = backend(TestWorkers.direct(), "lookup", LOOKUP,
                "upgrade", "UPDATE users SET password = :hash WHERE password = :oldHash AND LENGTH(:user) > 0");
            try (LogCapture log = new LogCapture()) {
                assertThat(ask(backend, "bob", "secret").isAccepted()).isTrue();

                assertThat(log.at(Level.WARN)).hasSize(1).first().asString()
                    .startsWith("Backend db cannot replace outdated hashes: the statement would have changed 2 rows. They remain valid");
            }
            assertThat(stored("bob")).isEqualTo(OLD);
            assertThat(stored("carol")).isEqualTo(OLD);
        }

        @Test
        void thatCannotBeWrittenIsToldOnceAndIsNoReasonToRefuse() throws Exception {
            insert("bob", OLD);
            insert("carol", OLD);
            CredentialBackend backend = backend(TestWorkers.direct(), "lookup", LOOKUP, "upgrade", UPGRADE.replace("users", "nowhere"));
            assertThat(backend.flaw()).isEmpty();
            try (LogCapture log = new LogCapture()) {
                assertThat(ask(backend, "bob", "secret").isAccepted()).isTrue();
                assertThat(ask(backend, "carol", "secret").isAccepted()).isTrue();
                assertThat(ask(backend, "bob", "secret").isAccepted()).isTrue();

                assertThat(log.at(Level.WARN)).hasSize(1).first().asString().startsWith(
                    "Backend db cannot replace outdated hashes: the database does not accept the statement, or the user may not run it (");
                assertThat(log.text()).doesNotContain("$argon2id$", OLD.substring(5));
            }
            assertThat(backend.flaw()).get().asString().startsWith("cannot replace outdated hashes: the database does not");
            assertThat(stored("bob")).isEqualTo(OLD);
        }
    }

    @Nested
    @DisplayName("the last log-in")
    class LastLogin {
        @Test
        void isWrittenAfterTheVerdictAndOnlyForThoseWhoLoggedIn() throws Exception {
            List<Runnable> hashing = new ArrayList<>();
            List<Runnable> blocking = new ArrayList<>();
            CredentialBackend backend = backend(workers(hashing::add, blocking::add), "lookup", LOOKUP, "lastLogin", LAST_LOGIN);
            Origin origin = Origin.of("LOGIN", Optional.of("192.0.2.7"), Optional.of("session"), true);

            for (Credentials others : List.of(credentials(USER, WRONG_PASSWORD), credentials(STRANGER, PASSWORD))) {
                backend.verify(others.from(origin));
                blocking.remove(0).run();
                hashing.remove(0).run();
                assertThat(blocking).isEmpty();
            }
            CompletableFuture<CredentialResult> answer = backend.verify(credentials(USER, PASSWORD).from(origin)).toCompletableFuture();
            blocking.remove(0).run();
            hashing.remove(0).run();
            assertThat(answer).isCompletedWithValue(CredentialResult.accepted(USER));
            assertThat(everything()).allMatch(row -> row.endsWith("|null|null|null"));
            blocking.remove(0).run();

            assertThat(database.rows("SELECT username, last_from, last_by, last_login IS NULL FROM users"))
                .hasSize(1).first().asString().matches("alice@localhost\\|192.0.2.7\\|LOGIN\\|(?i)f(alse)?");
        }

        @Test
        void fromNowhereIsNull() throws Exception {
            ask(complete(TestWorkers.direct()), USER, PASSWORD);

            assertThat(database.rows("SELECT last_from, last_by FROM users")).containsExactly("null|PLAIN");
        }

        @Test
        void thatCannotBeWrittenIsToldOnceAndIsNoReasonToRefuse() throws Exception {
            String elsewhere = LAST_LOGIN.replace("users", "logins");
            CredentialBackend backend = backend(TestWorkers.direct(), "lookup", LOOKUP, "lastLogin", elsewhere);
            try (LogCapture log = new LogCapture()) {
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();

                assertThat(log.at(Level.WARN)).hasSize(1).first().asString()
                    .startsWith("Backend db cannot write last log-ins: the database does not accept the statement, or the user"
                        + " may not run");
            }
            assertThat(backend.flaw()).get().asString().startsWith("cannot write last log-ins: ");

            database.run("CREATE TABLE logins (username VARCHAR(255), last_login TIMESTAMP, last_from VARCHAR(64), last_by VARCHAR(64))");
            assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
            assertThat(backend.flaw()).as("fixed").isEmpty();
        }

        @Test
        void thatFindsNoWorkerIsToldAndIsNoReasonToRefuse() throws Exception {
            List<Runnable> one = new ArrayList<>();
            CredentialBackend backend = backend(workers(Runnable::run, task -> {
                if (!one.isEmpty()) {
                    throw new RejectedExecutionException();
                }
                one.add(task);
                task.run();
            }), "lookup", LOOKUP, "lastLogin", LAST_LOGIN);

            assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();

            assertThat(backend.flaw()).get().asString().startsWith("cannot write last log-ins: too many are waiting to be written");
        }
    }

    @Nested
    @DisplayName("keys for SCRAM")
    class Keys {
        @Test
        void comeFromTheSameColumn() throws Exception {
            insert("carol", SCRAM);
            insert("bob", CHEAP);
            CredentialBackend backend = backend(TestWorkers.direct());

            KeyResult found = keys(backend, "CAROL");
            assertThat(found.kind()).isEqualTo(Kind.ACCEPTED);
            assertThat(found.detail()).isEqualTo("carol");
            assertThat(found.keys().orElseThrow().iterations()).isEqualTo(4096);
            assertThat(found.toString()).doesNotContain(SCRAM.substring(20));
            assertThat(keys(backend, "bob").kind()).isEqualTo(Kind.REFUSED);
            assertThat(keys(backend, STRANGER).kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(ask(backend, "carol", "secret").isAccepted()).as("and serve a password, too").isTrue();
        }

        @ParameterizedTest
        @ValueSource(strings = {"TRUE AS disabled", "TRUE AS expired", "FALSE AS active"})
        void areNotForThoseWhoMayNotLogIn(String column) throws Exception {
            insert("carol", SCRAM);

            assertThat(keys(looking("SELECT password, " + column + " FROM users WHERE username = :user"), "carol").kind())
                .isEqualTo(Kind.DISABLED);
        }

        @Test
        void cannotBeHadWhereTheLookUpFails() throws Exception {
            assertThat(keys(looking("SELECT password FROM nowhere WHERE username = :user"), USER).kind()).isEqualTo(Kind.UNAVAILABLE);
        }

    }

    @Nested
    @DisplayName("the check")
    class Check {
        @Test
        void findsNothingWhereAllIsWell() throws Exception {
            List<String> before = everything();

            assertThat(check(complete(TestWorkers.direct()))).isEmpty();

            assertThat(everything()).isEqualTo(before);
        }

        @ParameterizedTest(name = "{0}")
        @CsvSource(delimiter = '|', value = {
            "SELECT password FROM nowhere WHERE username = :user           | the database does not accept the statement",
            "SELECT crypt FROM users WHERE username = :user                | the database does not accept the statement",
            "SELEKT password FROM users WHERE username = :user             | the database does not accept the statement",
            "SELECT password FROM users WHERE username = :user OR 1 = 1    | the statement in <lookup> finds a user who cannot exist",
        })
        void saysWhatIsWrong(String lookup, String why) throws Exception {
            assertThat(check(looking(lookup))).get().asString().contains(why);
        }

        @Test
        void saysThatThePasswordOfTheDatabaseIsWrongAndNotWhichItIs() throws Exception {
            try (LogCapture log = new LogCapture()) {
                CredentialBackend backend =
                    backend(TestWorkers.direct(), "lookup", LOOKUP, "password", "wr0ng-database-Pässwörd", "timeout", "4s");

                assertThat(check(backend)).get().asString().startsWith("the database does not accept <user> and <password> (");
                assertThat(log.text() + backend).doesNotContain("wr0ng-database", TestDatabase.PASSWORD);
            }
        }

        @Test
        void isTurnedAwayWhereThereIsTooMuchToDo() throws Exception {
            assertThat(complete(TestWorkers.busy()).check().toCompletableFuture()).failsWithin(Duration.ofSeconds(30))
                .withThrowableThat().withCauseInstanceOf(OverloadException.class);
        }

        private Optional<String> check(CredentialBackend backend) throws Exception {
            return backend.check().toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void keepsThePasswordOfTheDatabaseToItself() throws Exception {
        try (LogCapture log = new LogCapture()) {
            CredentialBackend backend = complete(TestWorkers.direct());
            assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
            backend.close();

            assertThat(log.text()).as("the pool's configuration is logged").contains("smtp-guard-db - configuration:");
            assertThat(log.text() + backend + backend.name()).doesNotContain(TestDatabase.PASSWORD);
        }
    }

    @Test
    void leavesNoThreadBehind() throws Exception {
        CredentialBackend backend = complete(TestWorkers.direct());
        assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
        assertThat(threads()).isNotEmpty().allMatch(Thread::isDaemon);

        backend.close();

        await().atMost(60, TimeUnit.SECONDS).untilAsserted(() -> assertThat(threads()).isEmpty());
        assertThat(ask(backend, USER, PASSWORD).kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("smtp-guard-db-"))
            .collect(Collectors.toList());
    }

    final TestDatabase database() {
        return database;
    }

    final void insert(String user, String password) throws SQLException {
        database.run("INSERT INTO users (username, password) VALUES (?, ?)", Arrays.asList(user, password));
    }

    private List<String> everything() throws SQLException {
        return database.rows("SELECT username, password, last_login, last_from, last_by FROM users ORDER BY username");
    }

    private String stored(String user) throws SQLException {
        return database.rows("SELECT password FROM users WHERE username = '" + user + "'").get(0);
    }

    /** With all that can be configured. */
    final CredentialBackend complete(Workers workers) {
        return backend(workers, "lookup", LOOKUP, "upgrade", UPGRADE, "lastLogin", LAST_LOGIN);
    }

    final CredentialBackend looking(String lookup) {
        return backend(TestWorkers.direct(), "lookup", lookup);
    }

    /** With a time limit that a busy machine keeps to, unless the elements say another. */
    final CredentialBackend backend(Workers workers, String... elements) {
        String[] all = Stream.concat(Stream.of("timeout", "60s"), Stream.of(elements)).toArray(String[]::new);
        BackendSettings settings = database.settings(all);
        return open(new JdbcBackend(settings, workers, schemes));
    }

    final CredentialBackend open(CredentialBackend backend) {
        opened.add(backend);
        return backend;
    }

    static Workers workers(Executor hashing, Executor blocking) {
        WorkerPool hashes = WorkerPool.on(hashing);
        WorkerPool calls = WorkerPool.on(blocking);
        return new Workers() {
            @Override
            public WorkerPool hashing() {
                return hashes;
            }

            @Override
            public WorkerPool blocking() {
                return calls;
            }
        };
    }

    static CredentialResult ask(CredentialBackend backend, String user, String password) throws Exception {
        return backend.verify(credentials(user, password)).toCompletableFuture().get(120, TimeUnit.SECONDS);
    }

    static KeyResult keys(CredentialBackend backend, String user) throws Exception {
        return ((JdbcBackend) backend).lookup(user, "SCRAM-SHA-256", Origin.byHand()).toCompletableFuture().get(120, TimeUnit.SECONDS);
    }

    static Credentials credentials(String user, String password) {
        return Credentials.of(user, Secret.of(password));
    }
}
