package org.smtpguard.backend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.ConfigurationFault;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialBackendContract;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.KeyShape;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.TestWorkers;
import org.smtpguard.credential.Workers;
import org.smtpguard.password.Argon2;
import org.smtpguard.password.BCrypt;
import org.smtpguard.password.CostLimits;
import org.smtpguard.password.PasswordHash;
import org.smtpguard.password.PasswordScheme;
import org.smtpguard.password.PasswordSchemes;
import org.smtpguard.password.Scram;
import org.smtpguard.password.Sha;

class FileBackendTest implements CredentialBackendContract {
    private static final PasswordScheme CHEAP = new BCrypt(4);
    private static final String ARGON2_OF_PASSWORD = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    private static final String BCRYPT_OF_SECRET = "$2y$05$v3hEjcyiQmDPH.B13TjAh.dJV8EIEh9j6zrSJ2Ov/wDr4SDTl8Mjy";

    @TempDir
    Path directory;

    private Path file;
    /** Each version of the file is a second younger than the one before, however fast the test is. */
    private Instant modified = Instant.parse("2024-01-01T00:00:00Z");

    @BeforeEach
    void aliceHasAPassword() throws IOException {
        file = directory.resolve("smtp-users");
        write(line(USER, PASSWORD));
    }

    @Override
    public CredentialBackend backend(Workers workers) {
        return new FileBackend(settings(Map.of("file", "file://smtp-users")), workers);
    }

    @Nested
    @DisplayName("the file")
    class TheFile {
        @Test
        void mayHoldCommentsBlankLinesAndTheFieldsOfDovecot() throws Exception {
            write("# comment", "", "  \t", "  # indented comment",
                "alice@localhost:{ARGON2ID}" + ARGON2_OF_PASSWORD,
                "bob@localhost:{blf-crypt}" + BCRYPT_OF_SECRET + ":1000:1000::/home/bob::userdb_mail=maildir",
                "  carol@localhost:{BCRYPT}" + BCRYPT_OF_SECRET + "  ",
                "dave:" + BCRYPT_OF_SECRET);

            CredentialBackend backend = backend(TestWorkers.direct());

            assertThat(ask(backend, "alice@localhost", "password")).isEqualTo(CredentialResult.accepted("alice@localhost"));
            assertThat(ask(backend, "bob@localhost", "secret")).isEqualTo(CredentialResult.accepted("bob@localhost"));
            assertThat(ask(backend, "carol@localhost", "secret")).isEqualTo(CredentialResult.accepted("carol@localhost"));
            assertThat(ask(backend, "dave", "secret")).isEqualTo(CredentialResult.accepted("dave"));
            assertThat(ask(backend, "# comment", "secret").kind()).isEqualTo(Kind.UNKNOWN);
        }

        @Test
        void mayHaveBeenWrittenOnWindows() throws Exception {
            Files.writeString(file, "\uFEFFjürgen:" + BCRYPT_OF_SECRET + "\r\n\r\nbob:" + BCRYPT_OF_SECRET);

            CredentialBackend backend = backend(TestWorkers.direct());

            assertThat(ask(backend, "jürgen", "secret")).isEqualTo(CredentialResult.accepted("jürgen"));
            assertThat(ask(backend, "JÜRGEN", "secret")).isEqualTo(CredentialResult.accepted("jürgen"));
            assertThat(ask(backend, "bob", "secret")).isEqualTo(CredentialResult.accepted("bob"));
        }

        @Test
        void mayWriteUserNamesInWhateverCase() throws Exception {
            write(line("Alice@LocalHost", PASSWORD));

            CredentialResult result = ask(backend(TestWorkers.direct()), "alice@localhost", PASSWORD);

            assertThat(result).isEqualTo(CredentialResult.accepted("alice@localhost"));
        }

        @Test
        void isTheOneThatWeShip() throws Exception {
            BackendSettings settings = new BackendSettings("FileBackend", "apps", Map.of("file", "file://conf/smtp-users"),
                url -> Path.of(url.substring("file://".length())));
            CredentialBackend backend = new FileBackend(settings, TestWorkers.direct());

            assertThat(ask(backend, "alice@localhost", "secret")).isEqualTo(CredentialResult.accepted("alice@localhost"));
            assertThat(ask(backend, "bob@localhost", "secret")).isEqualTo(CredentialResult.accepted("bob@localhost"));
            assertThat(ask(backend, "alice@localhost", "Secret").kind()).isEqualTo(Kind.REFUSED);
            assertThat(ask(backend, "bob@localhost", "Secret").kind()).isEqualTo(Kind.REFUSED);
            assertThat(Files.readString(Path.of("conf/smtp-users"))).contains("alice@localhost:{ARGON2ID}", "bob@localhost:{BCRYPT}");
        }
    }

    @Nested
    @DisplayName("a mistake stops the start with one sentence")
    class AMistake {
        @ParameterizedTest(name = "{0}: {1}")
        @CsvSource(delimiter = '|', value = {
            "bob | line 3: it is not of the form user:{SCHEME}hash; write it so, or put a # before it",
            ":{BCRYPT}" + BCRYPT_OF_SECRET + " | line 3: it is not of the form user:{SCHEME}hash; write it so, or put a # before it",
            "{BCRYPT}" + BCRYPT_OF_SECRET + " | line 3: it is not of the form user:{SCHEME}hash; write it so, or put a # before it",
            "{BCRYPT}" + BCRYPT_OF_SECRET + ":bob | line 3: the password does not say its scheme",
            "bob: | line 3: the password does not say its scheme",
            "bob:hunter2 | line 3: the password does not say its scheme",
            "bob:{MD5}hunter2 | line 3: the scheme is not known here; known are {ARGON2ID}, {ARGON2I}, ",
            "bob:{hunter2} | line 3: the scheme is not known here",
            "bob:{BCRYPT}" + BCRYPT_OF_SECRET + "x | line 3: a bcrypt hash has 60 characters",
            "bob:{ARGON2ID}" + BCRYPT_OF_SECRET + " | line 3: an Argon2id hash begins with $argon2id$",
            "ALICE@localhost:{BCRYPT}" + BCRYPT_OF_SECRET + " | line 3: its user stands in line 1 already; remove one of the two",
        })
        void inALine(String line, String fault) throws Exception {
            write(line(USER, PASSWORD), "", line);

            assertFault("cannot use the file " + file + ", " + fault);
        }

        @Test
        void inItsEncoding() throws Exception {
            Files.write(file, "# J\u00fcrgen\n".getBytes(ISO_8859_1));

            assertFault("cannot use the file " + file + ", line 1: it is not UTF-8; save the file as UTF-8");
        }

        @Test
        void inItsPlace() throws Exception {
            Files.delete(file);
            assertFault("cannot use the file " + file + ", which does not exist; create it or correct <file>");

            Files.createDirectory(file);
            assertFault("cannot use the file " + file + ", which is a directory or a pipe; name a file in <file>");
        }

        @Test
        void inItsPermissions() throws Exception {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("-w-------"));
            assumeThat(Files.isReadable(file)).as("root may read everything").isFalse();

            assertFault("cannot use the file " + file + ", which may not be read; let the user that runs James read it");
        }

        @Test
        void inTheElement() {
            assertThatThrownBy(() -> new FileBackend(settings(Map.of("file", "file://smtp-users", "preferredScheme", "ROT13")),
                TestWorkers.direct()))
                .isInstanceOf(ConfigurationFault.class)
                .hasMessageContaining("has a <preferredScheme> that is not known; known are {ARGON2ID}, ");
            assertThatThrownBy(() -> new FileBackend(settings(Map.of()), TestWorkers.direct()))
                .isInstanceOf(ConfigurationFault.class).hasMessageContaining("needs an element <file>");
            assertThatThrownBy(() -> new FileBackend(settings(Map.of("file", "file://smtp-users", "flie", "x")), TestWorkers.direct()))
                .isInstanceOf(ConfigurationFault.class).hasMessageContaining("unknown element <flie>");
        }

        private void assertFault(String sentence) {
            assertThatThrownBy(() -> backend(TestWorkers.direct()))
                .isInstanceOf(ConfigurationFault.class)
                .hasMessageStartingWith("<backend class=\"FileBackend\" name=\"apps\"> ")
                .hasMessageContaining(sentence)
                .hasNoCause()
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2", BCRYPT_OF_SECRET, "v3hEjcyi", "\n"));
        }
    }

    @Nested
    @DisplayName("a change")
    class AChange {
        @Test
        void countsFromTheNextLoginOn() throws Exception {
            CredentialBackend backend = backend(TestWorkers.direct());
            assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();

            write(line(USER, "another"), line("bob", "bobs"));

            assertThat(ask(backend, USER, PASSWORD).kind()).isEqualTo(Kind.REFUSED);
            assertThat(ask(backend, USER, "another").isAccepted()).isTrue();
            assertThat(ask(backend, "bob", "bobs").isAccepted()).isTrue();
        }

        @Test
        void mayComeByRenamingAFileOfTheSameAgeAndSize() throws Exception {
            CredentialBackend backend = backend(TestWorkers.direct());
            FileTime age = Files.getLastModifiedTime(file);
            Path other = directory.resolve("smtp-users.new");
            Files.writeString(other, line(USER, "another") + "\n");
            Files.setLastModifiedTime(other, age);
            assertThat(Files.size(other)).isEqualTo(Files.size(file));

            Files.move(other, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

            assertThat(ask(backend, USER, "another").isAccepted()).isTrue();
        }

        @Test
        void thatBreaksTheFileLeavesTheLastGoodVersionAndIsToldOnce() throws Exception {
            CredentialBackend backend = backend(TestWorkers.direct());
            try (LogCapture log = new LogCapture()) {
                write(line(USER, "another"), "bob:{BCRYPT}hunter2");
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                assertThat(log.at(Level.WARN)).hasSize(1).first().asString()
                    .contains("name=\"apps\"", file.toString(), "line 2", "the last version that could be read counts (users: 1)");

                write(line(USER, "another"), "bob");
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                assertThat(log.at(Level.WARN)).as("another broken version").hasSize(2);

                write(line(USER, "another"));
                assertThat(ask(backend, USER, "another").isAccepted()).isTrue();
                assertThat(log.at(Level.WARN)).hasSize(2);
                assertThat(log.at(Level.INFO)).hasSize(1);
                assertThat(log.text()).doesNotContain("hunter2", PASSWORD, "another", "$2y$04$");
            }
        }

        @Test
        void thatTakesTheFileAwayLeavesTheLastGoodVersion() throws Exception {
            CredentialBackend backend = backend(TestWorkers.direct());
            try (LogCapture log = new LogCapture()) {
                Path aside = directory.resolve("aside");
                Files.move(file, aside);
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                assertThat(ask(backend, USER, WRONG_PASSWORD).kind()).isEqualTo(Kind.REFUSED);
                assertThat(log.at(Level.WARN)).hasSize(1).first().asString().contains("does not exist");

                Files.move(aside, file);
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();

                Files.delete(file);
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                assertThat(log.at(Level.WARN)).as("gone for the second time").hasSize(2);

                write(line(USER, "another"));
                assertThat(ask(backend, USER, "another").isAccepted()).isTrue();
            }
        }

        @Test
        void thatMakesAPipeOfTheFileIsNotWaitedFor() throws Exception {
            CredentialBackend backend = backend(TestWorkers.direct());
            try (LogCapture log = new LogCapture()) {
                Files.delete(file);
                assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                assertThat(ask(backend, USER, WRONG_PASSWORD).kind()).isEqualTo(Kind.REFUSED);
                assertThat(log.at(Level.WARN)).hasSize(1).first().asString().contains("a pipe; name a file in <file>");

                Files.delete(file);
                write(line(USER, "another"));
                assertThat(ask(backend, USER, "another").isAccepted()).isTrue();
            }
        }

        @Test
        void caughtBetweenEmptyingAndWritingRefusesNobody() throws Exception {
            CredentialBackend backend = backend(TestWorkers.direct());
            try (LogCapture log = new LogCapture()) {
                Files.write(file, new byte[0]);
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                assertThat(log.at(Level.WARN)).hasSize(1).first().asString().contains("empty");
            }
            write("# nobody");
            assertThat(ask(backend, USER, PASSWORD).kind()).isEqualTo(Kind.UNKNOWN);
        }

        @Test
        void thatBreaksTheFileIsAFlawUntilItIsMended() throws Exception {
            CredentialBackend backend = backend(TestWorkers.direct());
            assertThat(backend.flaw()).isEmpty();
            try (LogCapture quiet = new LogCapture()) {
                write(line(USER, "another"), "bob:{BCRYPT}hunter2");
                assertThat(backend.check().toCompletableFuture().get(30, TimeUnit.SECONDS)).isEqualTo(backend.flaw());
                assertThat(backend.flaw().orElseThrow())
                    .startsWith("cannot use the file " + file + ", line 2: a bcrypt hash begins with ")
                    .endsWith("; until that is mended, the last version that could be read counts (users: 1)")
                    .doesNotContain("hunter2");
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();

                write(line(USER, "another"));
                assertThat(backend.check().toCompletableFuture().get(30, TimeUnit.SECONDS)).isEmpty();
                assertThat(backend.flaw()).isEmpty();
                assertThat(quiet.at(Level.WARN)).hasSize(1);
            }
        }

        @Test
        void isReportedThoughNobodyLogsIn() throws Exception {
            ExecutorService pool = Executors.newSingleThreadExecutor();
            try (CredentialBackend backend = backend(TestWorkers.on(pool))) {
                AtomicInteger changes = new AtomicInteger();
                backend.onChange(changes::incrementAndGet);
                write(line(USER, "another"));
                await().atMost(30, TimeUnit.SECONDS).until(() -> changes.get() == 1);

                write(line(USER, "another"), "bob:{BCRYPT}hunter2");
                await().atMost(30, TimeUnit.SECONDS).until(() -> backend.flaw().isPresent());
                assertThat(changes).as("a version that cannot be used changes nothing").hasValue(1);

                write(line(USER, "a third"));
                await().atMost(30, TimeUnit.SECONDS).until(() -> changes.get() == 2);
                assertThat(backend.flaw()).isEmpty();
            } finally {
                pool.shutdownNow();
            }
        }

        @Test
        void isReportedOnceItCounts() throws Exception {
            List<CredentialResult> judgedThen = new ArrayList<>();
            CredentialBackend backend = backend(TestWorkers.direct());
            backend.onChange(() -> judgedThen.add(backend.verify(credentials(USER, "another")).toCompletableFuture().join()));
            write(line(USER, "another"));

            ask(backend, USER, PASSWORD);

            assertThat(judgedThen).containsExactly(CredentialResult.accepted(USER));
            backend.close();
        }

        @Test
        void isLookedForAgainAfterWorkersWereTooBusy() throws Exception {
            AtomicInteger refusals = new AtomicInteger();
            try (CredentialBackend backend = backend(TestWorkers.on(task -> {
                if (refusals.getAndIncrement() == 0) {
                    throw new RejectedExecutionException();
                }
                task.run();
            }))) {
                AtomicInteger changes = new AtomicInteger();
                backend.onChange(changes::incrementAndGet);
                write(line(USER, "another"));

                await().atMost(30, TimeUnit.SECONDS).until(() -> changes.get() == 1);
            }
        }

        @Test
        void seenByManyAtOnceIsTakenByAll() throws Exception {
            ExecutorService pool = Executors.newFixedThreadPool(8);
            try {
                CredentialBackend backend = backend(TestWorkers.on(pool));
                for (int i = 0; i < 20; i++) {
                    String password = "password" + i;
                    write(line(USER, password));
                    List<CompletableFuture<CredentialResult>> answers = IntStream.range(0, 16)
                        .mapToObj(n -> backend.verify(credentials(USER, password)).toCompletableFuture()).collect(Collectors.toList());
                    for (CompletableFuture<CredentialResult> answer : answers) {
                        // Who comes while another reads is judged by the version before.
                        assertThat(answer.get(30, TimeUnit.SECONDS).kind()).isIn(Kind.ACCEPTED, Kind.REFUSED);
                    }
                    assertThat(ask(backend, USER, password).isAccepted()).isTrue();
                }
            } finally {
                pool.shutdownNow();
            }
        }
    }

    @Nested
    @DisplayName("a stranger costs what a user costs")
    class Costs {
        private final List<String> checks = new ArrayList<>();
        private final CountingScheme argon2id = new CountingScheme(Argon2.id(CostLimits.standard()), checks);
        private final CountingScheme bcrypt = new CountingScheme(new BCrypt(), checks);

        @ParameterizedTest(name = "{1}")
        @CsvSource(delimiter = ' ', value = {
            ARGON2_OF_PASSWORD + " ARGON2ID_m=256,t=2,p=1",
            BCRYPT_OF_SECRET + " BCRYPT_5",
        })
        void oneCheckAtTheSameCostForEach(String hash, String cost) throws Exception {
            write("alice:" + hash, "bob:" + hash);
            CredentialBackend backend = counting(TestWorkers.direct());

            assertThat(ask(backend, "alice", "wrong").kind()).isEqualTo(Kind.REFUSED);
            assertThat(ask(backend, "mallory", "wrong").kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(ask(backend, "mallory", "secret").kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(ask(backend, "mallory", "password").kind()).isEqualTo(Kind.UNKNOWN);

            assertThat(checks).hasSize(4).containsOnly(cost.replace('_', ' '));
        }

        @ParameterizedTest
        @ValueSource(strings = {"!", "*", "! "})
        void aDisabledUserCostsTheSameAndIsNotAcceptedWithTheRightPasswordEither(String mark) throws Exception {
            write("alice:{BCRYPT}" + BCRYPT_OF_SECRET, "bob:" + mark + "{BCRYPT}" + BCRYPT_OF_SECRET, "carol:" + mark);
            CredentialBackend backend = counting(TestWorkers.direct());

            assertThat(ask(backend, "alice", "secret").kind()).isEqualTo(Kind.ACCEPTED);
            assertThat(ask(backend, "bob", "secret").kind()).isEqualTo(Kind.DISABLED);
            assertThat(ask(backend, "bob", "wrong").kind()).isEqualTo(Kind.DISABLED);
            assertThat(ask(backend, "carol", "wrong").kind()).isEqualTo(Kind.DISABLED);

            assertThat(checks).hasSize(4).containsOnly("BCRYPT 5");
        }

        @Test
        void anEmptyPasswordCostsNobodyAnything() throws Exception {
            CredentialBackend backend = counting(TestWorkers.direct());

            assertThat(ask(backend, USER, "")).isEqualTo(CredentialResult.refused());
            assertThat(ask(backend, STRANGER, "")).isEqualTo(CredentialResult.refused());
            assertThat(checks).isEmpty();
        }

        @Test
        void inAFileWithoutUsersItIsTheCostOfANewHash() throws Exception {
            write("# nobody yet");

            assertThat(ask(counting(TestWorkers.direct()), STRANGER, "secret").kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(checks).containsExactly("ARGON2ID m=19456,t=2,p=1");
        }

        @Test
        void whereUsersDifferStrangersDifferInTheSameWayAndEachIsAlwaysTheSame() throws Exception {
            List<String> lines = new ArrayList<>();
            IntStream.range(0, 30).forEach(i -> lines.add("b" + i + ":" + CHEAP.hash("secret".getBytes(UTF_8))));
            IntStream.range(0, 10).forEach(i -> lines.add("a" + i + ":" + ARGON2_OF_PASSWORD));
            write(lines.toArray(new String[0]));
            CredentialBackend backend = counting(TestWorkers.direct());

            for (int i = 0; i < 400; i++) {
                assertThat(ask(backend, "stranger" + i, "secret").kind()).isEqualTo(Kind.UNKNOWN);
            }
            List<String> first = List.copyOf(checks);
            checks.clear();
            for (int i = 0; i < 400; i++) {
                ask(backend, "Stranger" + i, "wrong");
            }

            assertThat(checks).isEqualTo(first);
            // 100 expected; the bounds are seven standard deviations away.
            assertThat(first.stream().filter("ARGON2ID m=256,t=2,p=1"::equals).count()).isBetween(40L, 160L);
            assertThat(first).containsOnly("ARGON2ID m=256,t=2,p=1", "BCRYPT 4");
        }

        @Test
        void hashesAreCheckedOnTheWorkersAlone() throws Exception {
            ExecutorService pool = Executors.newSingleThreadExecutor();
            try {
                Thread worker = pool.submit(Thread::currentThread).get();
                CredentialBackend backend = counting(TestWorkers.on(pool));
                ask(backend, USER, PASSWORD);
                ask(backend, STRANGER, PASSWORD);

                assertThat(bcrypt.threads()).containsExactly(worker, worker);
            } finally {
                pool.shutdownNow();
            }
        }

        @Test
        void workThatNobodyWaitsForIsNotDone() {
            List<Runnable> held = new ArrayList<>();
            CompletableFuture<CredentialResult> answer =
                counting(TestWorkers.on(held::add)).verify(credentials(USER, PASSWORD)).toCompletableFuture();

            answer.cancel(false);
            held.forEach(Runnable::run);

            assertThat(checks).isEmpty();
        }

        private CredentialBackend counting(Workers workers) {
            return new FileBackend(settings(Map.of("file", "file://smtp-users")), workers, new PasswordSchemes(List.of(argon2id, bcrypt)));
        }
    }

    @Test
    void aSchemeWithoutKeysIsSeenAndSoIsTheFirstKey() throws Exception {
        FileBackend backend = (FileBackend) backend(TestWorkers.direct());

        assertThat(backend.census("SCRAM-SHA-256").isEmpty()).isTrue();
        write(line(USER, PASSWORD), "bob:{SCRAM-SHA-256}" + Scram.sha256(CostLimits.standard()).hash(PASSWORD.getBytes(UTF_8)));
        await().untilAsserted(() ->
            assertThat(backend.census("SCRAM-SHA-256").typical()).contains(KeyShape.of(15_000, 16)));

        assertThat(backend.census("SCRAM-SHA-512").isEmpty()).isTrue();
        assertThat(backend.lookup(USER, "SCRAM-SHA-256", Origin.byHand()).toCompletableFuture().get().refusal().reason())
            .isEqualTo("no SCRAM key for this user");
        assertThat(backend.lookup("nobody", "SCRAM-SHA-256", Origin.byHand()).toCompletableFuture().get()
            .refusal().kind()).isEqualTo(Kind.UNKNOWN);
    }

    @Test
    void aPasswordIsTheSameInWhateverFormItIsTyped() throws Exception {
        // Made by gsasl --mkpasswd of "geheim²", and by htpasswd of the same.
        write("alice:{SCRAM-SHA-256}4096,eYsVcQjQ9oEWS4Ew,bLmA//9o3bQXHVHriXTcCj22IiQ+yNj0NGPaY6Rk7l4=,"
                + "AlSnHJMJ+KKwocJYvMRME0ppqc53arx82Vh3oNBaVas=",
            line("bob", "geheim²"), line("Ｃarol", "geheim2"), line("dave", "a\tb"));
        CredentialBackend backend = backend(TestWorkers.direct());

        assertThat(ask(backend, "alice", "geheim²").isAccepted()).isTrue();
        assertThat(ask(backend, "alice", "geheim2").isAccepted()).isTrue();
        assertThat(ask(backend, "bob", "geheim²").isAccepted()).as("of the password as it was typed").isTrue();
        assertThat(ask(backend, "carol", "geheim²").isAccepted()).isTrue();
        assertThat(ask(backend, "dave", "a\tb").isAccepted()).as("a password that cannot be prepared").isTrue();
        assertThat(ask(backend, "alice", "geheim³").kind()).isEqualTo(Kind.REFUSED);
        assertThat(ask(backend, "alice", "a\tb").kind()).isEqualTo(Kind.REFUSED);
    }

    @Test
    void unknownUsersCostAsManyChecksInWhateverFormThePasswordIs() throws Exception {
        List<String> checks = new ArrayList<>();
        FileBackend backend = new FileBackend(settings(Map.of("file", "file://smtp-users")), TestWorkers.direct(),
            new PasswordSchemes(List.of(new CountingScheme(CHEAP, checks))));

        for (String user : List.of(USER, "nobody")) {
            ask(backend, user, "wrong²");
            assertThat(checks).as(user).hasSize(2);
            checks.clear();
            ask(backend, user, "wrong");
            assertThat(checks).as(user).hasSize(1);
            checks.clear();
        }
    }

    @Test
    void unknownUsersCostTheSameAfterARestart() throws Exception {
        write(line(USER, PASSWORD), "bob:{SSHA}" + Sha.salted1().hash(PASSWORD.getBytes(UTF_8)));
        InstallationSecret secret = InstallationSecret.random();

        assertThat(costs(secret)).isEqualTo(costs(secret)).isNotEqualTo(costs(InstallationSecret.random()));
    }

    private List<String> costs(InstallationSecret secret) {
        List<String> checks = new ArrayList<>();
        PasswordSchemes counting = new PasswordSchemes(List.of(
            new CountingScheme(CHEAP, checks), new CountingScheme(Sha.salted1(), checks)));
        BackendSettings settings = new BackendSettings("FileBackend", "apps", Map.of("file", "file://smtp-users"), url -> file, secret);
        FileBackend backend = new FileBackend(settings, TestWorkers.direct(), counting);
        for (int i = 0; i < 100; i++) {
            backend.verify(credentials("stranger" + i, PASSWORD));
        }
        return checks;
    }

    @Test
    void aCheckThatBreaksIsNoRefusal() throws Exception {
        PasswordHash hungry = mock(PasswordHash.class);
        PasswordScheme scheme = mock(PasswordScheme.class);
        when(scheme.name()).thenReturn("HUNGRY");
        when(scheme.read("x")).thenReturn(hungry);
        when(hungry.decoy()).thenReturn(hungry);
        when(hungry.matches(any())).thenThrow(new OutOfMemoryError(PASSWORD));
        write("alice:{HUNGRY}x");
        CredentialBackend backend =
            new FileBackend(settings(Map.of("file", "file://smtp-users")), TestWorkers.direct(), new PasswordSchemes(List.of(scheme)));

        assertThat(ask(backend, "alice", PASSWORD)).isEqualTo(CredentialResult.unavailable("java.lang.OutOfMemoryError"));
    }

    private void write(String... lines) throws IOException {
        Files.writeString(file, String.join("\n", lines) + "\n");
        modified = modified.plusSeconds(1);
        Files.setLastModifiedTime(file, FileTime.from(modified));
    }

    private static String line(String user, String password) {
        return user + ":{BCRYPT}" + CHEAP.hash(password.getBytes(UTF_8));
    }

    private BackendSettings settings(Map<String, String> elements) {
        return new BackendSettings("FileBackend", "apps", elements, url -> directory.resolve(url.substring("file://".length())));
    }

    private static CredentialResult ask(CredentialBackend backend, String user, String password) throws Exception {
        return backend.verify(credentials(user, password)).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static Credentials credentials(String user, String password) {
        return Credentials.of(user, Secret.of(password));
    }
}
