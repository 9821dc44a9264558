package org.smtpguard.backend.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
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
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
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
import org.smtpguard.backend.support.CountingScheme;
import org.smtpguard.backend.support.FileRewrite;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialBackendContract;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.InvalidConfigurationException;
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
import org.smtpguard.password.ScramScheme;
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
            assertThat(Files.readString(Path.of("conf/smtp-users"))).contains("alice@localhost:{", "bob@localhost:{");
        }
    }

    @Nested
    @DisplayName("a line that cannot be used")
    class ALine {
        @ParameterizedTest(name = "{0}: {1}")
        @CsvSource(delimiter = '|', value = {
            "bob | it is not of the form user:{SCHEME}hash; correct it, or put a # before it",
            "bob {BCRYPT}" + BCRYPT_OF_SECRET + " | it is not of the form user:{SCHEME}hash; correct it, or put a # before it",
            "bob:hunter2 | the password does not say its scheme",
            "bob:{MD5}hunter2 | the scheme is unknown; known are {ARGON2ID}, {ARGON2I}, ",
            "bob:{hunter2} | the scheme is unknown",
            "bob:{hunter2 | the scheme's closing brace is missing",
            "bob:{BCRYPT}" + BCRYPT_OF_SECRET + "x | a bcrypt hash has 60 characters",
            "BOB:{ARGON2ID}" + BCRYPT_OF_SECRET + ":1000::: | an Argon2id hash begins with $argon2id$",
            "bob:x:1000:1000:Bob:/home/bob:/bin/sh | its password field is x, which says that the hash is in /etc/shadow",
            "bob:$y$j9T$hunter2$YfPDDaRCA0BIOkmYrWvNF6FYGfrHO4lIXSaDAUaa4iD:19000:0:99999:7::: | looks like yescrypt ($y$)",
            "bob:\0hunter2 | the password does not say its scheme",
            "' \uFEFFbob:hunter2' | the password does not say its scheme",
        })
        void isSkippedAndToldAndItsUserIsNotRefused(String line, String fault) throws Exception {
            write(line(USER, PASSWORD), "", line, line("carol", "carols"));
            try (LogCapture log = new LogCapture()) {
                CredentialBackend backend = backend(TestWorkers.direct());

                assertThat(log.at(Level.ERROR)).hasSize(1).first().asString()
                    .startsWith("<backend class=\"FileBackend\" name=\"apps\"> cannot use the file " + file + ", line 3: ").contains(fault);
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                assertThat(ask(backend, USER, WRONG_PASSWORD).kind()).isEqualTo(Kind.REFUSED);
                assertThat(ask(backend, "carol", "carols").isAccepted()).isTrue();
                assertThat(ask(backend, STRANGER, PASSWORD).kind()).isEqualTo(Kind.UNKNOWN);
                CredentialResult bob = ask(backend, "Bob", "secret");
                assertThat(bob.kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(bob.isForThisUser()).as("says nothing of the file").isTrue();
                assertThat(bob.reason()).contains("line 3: ", fault);
                CredentialResult key =
                    ((FileBackend) backend).lookup("bob", "SCRAM-SHA-256", Origin.byHand()).toCompletableFuture().get()
                        .asCredentialResult();
                assertThat(key.kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(key.isForThisUser()).isTrue();
                assertThat(backend.flaw().orElseThrow()).contains("cannot use the file " + file + ", line 3: ", fault);
                assertThat(backend.check().toCompletableFuture().get(30, TimeUnit.SECONDS)).isEqualTo(backend.flaw());
                assertThat(log.text() + bob.reason() + backend.flaw()).doesNotContain("hunter2", BCRYPT_OF_SECRET, "v3hEjcyi");
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {":{BCRYPT}" + BCRYPT_OF_SECRET, "{BCRYPT}" + BCRYPT_OF_SECRET, "{BCRYPT}" + BCRYPT_OF_SECRET + ":bob",
            "b\0b:{BCRYPT}" + BCRYPT_OF_SECRET, "\0\0\0", "$6$hunter2", "<html>"})
        void mayHaveNoUserThatCouldBeTold(String line) throws Exception {
            write(line(USER, PASSWORD), "", line);
            CredentialBackend backend = backend(TestWorkers.direct());

            assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
            assertThat(ask(backend, "bob", "secret").kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(backend.flaw().orElseThrow()).contains("line 3: ").doesNotContain("hunter2", "v3hEjcyi");
        }

        @Test
        void isTheSecondOfAUserAndThenNeitherCounts() throws Exception {
            write(line(USER, PASSWORD), line("bob", "bobs"), line("Bob", "another"));
            CredentialBackend backend = backend(TestWorkers.direct());

            assertThat(ask(backend, "bob", "bobs").kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(ask(backend, "bob", "another").kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(ask(backend, "bob", "another").reason())
                .contains("line 3: its user is already in line 2; remove one of the two");
        }

        @Test
        void costsWhatOthersCost() throws Exception {
            List<String> checks = new ArrayList<>();
            write(line(USER, PASSWORD), "bob:{BCRYPT}hunter2");
            CredentialBackend backend = new FileBackend(settings(Map.of("file", "file://smtp-users")), TestWorkers.direct(),
                new PasswordSchemes(List.of(new CountingScheme(CHEAP, checks))));

            ask(backend, USER, WRONG_PASSWORD);
            ask(backend, "bob", WRONG_PASSWORD);
            ask(backend, STRANGER, WRONG_PASSWORD);

            assertThat(checks).containsExactly("BCRYPT 4", "BCRYPT 4", "BCRYPT 4");
        }

        @Test
        void isSkippedInAChangeOfWhichAllElseCountsAtOnce() throws Exception {
            write(line("removed", PASSWORD), line("bob", "bobs"), line("carol", "carols"));
            CredentialBackend backend = backend(TestWorkers.direct());

            write("bob:{BCRYPT}hunter2", line("carol", "another"), line("dave", "daves"));

            assertThat(ask(backend, "removed", PASSWORD).kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(ask(backend, "bob", "bobs").kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(ask(backend, "carol", "another").isAccepted()).isTrue();
            assertThat(ask(backend, "dave", "daves").isAccepted()).isTrue();
            write(line("bob", "bobs"));
            assertThat(ask(backend, "bob", "bobs").isAccepted()).isTrue();
            assertThat(backend.flaw()).isEmpty();
        }

        @Test
        void isNotToldAgainWhereOthersChange() throws Exception {
            write("bob:{BCRYPT}hunter2", line(USER, PASSWORD));
            try (LogCapture log = new LogCapture()) {
                CredentialBackend backend = backend(TestWorkers.direct());
                for (int i = 0; i < 5; i++) {
                    write("bob:{BCRYPT}hunter2", line(USER, "password" + i));
                    assertThat(ask(backend, USER, "password" + i).isAccepted()).isTrue();
                }
                assertThat(log.at(Level.ERROR)).hasSize(1);
            }
        }

        @Test
        void isToldTenTimesAtMost() throws Exception {
            List<String> lines = new ArrayList<>(List.of(line(USER, PASSWORD)));
            IntStream.range(0, 10_000).forEach(i -> lines.add("user" + i + ":hunter2"));
            write(lines.toArray(new String[0]));
            try (LogCapture log = new LogCapture()) {
                CredentialBackend backend = backend(TestWorkers.direct());

                assertThat(log.at(Level.ERROR)).hasSize(11).last().asString().contains("and 9990 more lines");
                assertThat(backend.flaw().orElseThrow()).contains("line 11: ", "and 9990 more lines").doesNotContain("line 12: ");
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                assertThat(ask(backend, "user9999", PASSWORD).reason()).contains("line 10001: ");
            }
        }

        @Test
        void mayBeOfAnotherEncoding() throws Exception {
            String start = line(USER, PASSWORD) + "\n# J\u00fcrgen\nj\u00fcrgen:" + BCRYPT_OF_SECRET + "\n";
            Files.write(file, (start + "bob:" + BCRYPT_OF_SECRET + ":1000:1000:B\u00f6b\n").getBytes(ISO_8859_1));
            CredentialBackend backend = backend(TestWorkers.direct());

            assertThat(backend.flaw().orElseThrow()).contains("line 3: it is not UTF-8; save the file as UTF-8")
                .doesNotContain("line 2", "line 4");
            assertThat(ask(backend, "j\u00fcrgen", "secret").kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(ask(backend, "bob", "secret").isAccepted()).isTrue();
        }

        @Test
        void mayBeAsLongAsItLikes() throws Exception {
            write("bob:{SHA.HEX}" + "ab".repeat(1_000_000), line(USER, PASSWORD),
                "carol:" + BCRYPT_OF_SECRET + ":" + "x".repeat(1_000_000));
            CredentialBackend backend = backend(TestWorkers.direct());

            assertThat(backend.flaw().orElseThrow()).contains("line 1: it is longer than any hash");
            assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
            assertThat(ask(backend, "carol", "secret").isAccepted()).isTrue();
        }
    }

    @Nested
    @DisplayName("a line that counts and is to be looked at")
    class ANotice {
        @ParameterizedTest(name = "{0}")
        @ValueSource(strings = {"a@b@c", "\"a@b\"@localhost", "bob@-x.org", "bob@x..org", "@localhost", "bob@"})
        void isOneOfANameThatJamesCannotHave(String name) throws Exception {
            assertNotice(name + ":" + BCRYPT_OF_SECRET, "James accepts no user of this name");
        }

        @Test
        void isOneWithAMarkAsWhereFilesAreJoined() throws Exception {
            CredentialBackend backend = assertNotice("\uFEFFbob:" + BCRYPT_OF_SECRET, "it begins with a byte order mark");

            assertThat(ask(backend, "bob", "secret").isAccepted()).isTrue();
        }

        @Test
        void isOneOfAHashThatMayHaveBeenCut() throws Exception {
            byte[] salt = {1, 2};
            String hash = Base64.getEncoder().encodeToString(
                joined(MessageDigest.getInstance("SHA-1").digest(joined("x".getBytes(UTF_8), salt)),
                salt));
            CredentialBackend backend = assertNotice("bob:{SSHA}" + hash, "the SSHA hash has a salt of 2 octets");

            assertThat(ask(backend, "bob", "x").isAccepted()).isTrue();
        }

        @ParameterizedTest(name = "{0}")
        @ValueSource(strings = {"bob:", "bob::", "bob::19000:0:99999:7:::", "bob:  :x"})
        void isOneWithoutAPassword(String line) throws Exception {
            CredentialBackend backend = assertNotice(line, "its password field is empty");

            assertThat(ask(backend, "bob", "x").kind()).isEqualTo(Kind.DISABLED);
            assertThat(ask(backend, "bob", "x").reason()).isEqualTo("the password field is empty");
            assertThat(ask(backend, "bob", "").isAccepted()).isFalse();
        }

        private CredentialBackend assertNotice(String line, String notice) throws Exception {
            write(line(USER, PASSWORD), line);
            try (LogCapture log = new LogCapture()) {
                CredentialBackend backend = backend(TestWorkers.direct());

                assertThat(log.at(Level.WARN)).hasSize(1).first().asString().contains("line 2: " + notice);
                assertThat(backend.notices()).hasSize(1).first().asString().contains("line 2: " + notice);
                assertThat(backend.flaw()).isEmpty();
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                return backend;
            }
        }

        private byte[] joined(byte[] one, byte[] other) {
            byte[] whole = Arrays.copyOf(one, one.length + other.length);
            System.arraycopy(other, 0, whole, one.length, other.length);
            return whole;
        }
    }

    @Nested
    @DisplayName("files of other programs")
    class OtherPrograms {
        @ParameterizedTest(name = "{0}")
        @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "daemon:*:19000:0:99999:7::: | DISABLED", "daemon:!!:19000:0:99999:7::: | DISABLED", "daemon:!*:19000:0:99999:7::: | DISABLED",
            "daemon:*LK*:19000:::::: | DISABLED", "daemon:*LOCKED*" + BCRYPT_OF_SECRET + ":1:1:: | DISABLED", "daemon:! | DISABLED",
            "daemon:!" + BCRYPT_OF_SECRET + ":19000:0:99999:7::: | DISABLED", "daemon:!!" + BCRYPT_OF_SECRET + " | DISABLED",
            "daemon:!$y$j9T$abc$YfPDDaRCA0BIOkmYrWvNF6FYGfrHO4lIXSaDAUaa4iD:19000:0:99999:7::: | DISABLED",
            "daemon:{CRYPT}!" + BCRYPT_OF_SECRET + " | DISABLED", "daemon:{CRYPT}* | DISABLED", "daemon:{SSHA}!xyz | DISABLED",
            "daemon:!{SSHA}xyz | DISABLED", "daemon:*disabled by the operator | DISABLED", "daemon:{PLAIN}!secret | UNAVAILABLE",
            "daemon:" + BCRYPT_OF_SECRET + ":19000:0:99999:7::: | ACCEPTED",
            "daemon:{BLF-CRYPT}" + BCRYPT_OF_SECRET + ":5000:5000::/var/vmail/d::userdb_quota_rule=*:storage=1G nologin=n | ACCEPTED",
            "daemon:{BLF-CRYPT.b64}JDJ5JDA1JHYzaEVqY3lpUW1EUEguQjEzVGpBaC5kSlY4RUlFaDlqNnpyU0oyT3Yvd0RyNFNEVGw4TWp5 | ACCEPTED",
            "daemon:$6$ab+cdefg$H4djETLRmYInjWANZl7JDdDyur.hVvz2jSe7sGeR48Nu2X5HgE1pO/fV9zV7WL5ZO.RnOQeNiC/Z661U81Z/g0 | ACCEPTED",
            "daemon:$1$$ysVNzQc4CTMkp5daOdZ.3/ | ACCEPTED", "daemon:{MD5}$1$$ysVNzQc4CTMkp5daOdZ.3/ | ACCEPTED",
            "daemon:$apr1$$g/UEjvgvl9nWOQl6rNKvZ. | ACCEPTED",
        })
        void areReadAsThoseReadThem(String line, Kind kind) throws Exception {
            write(line(USER, PASSWORD), line);
            CredentialBackend backend = backend(TestWorkers.direct());

            assertThat(ask(backend, "daemon", "secret").kind()).isEqualTo(kind);
            assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
            assertThat(backend.flaw().isPresent()).isEqualTo(kind == Kind.UNAVAILABLE);
        }

        @Test
        void mayBeginAPlainPasswordWithWhatLocksOthers() throws Exception {
            write("bob:{PLAIN}!secret", "carol:{PLAIN.B64}IXNlY3JldA==", "dave:!{PLAIN}!secret", "erin:{cleartext}*secret");
            CredentialBackend backend = new FileBackend(settings(Map.of("file", "file://smtp-users", "allowPlain", "true")),
                TestWorkers.direct());

            assertThat(ask(backend, "bob", "!secret").isAccepted()).isTrue();
            assertThat(ask(backend, "carol", "!secret").isAccepted()).isTrue();
            assertThat(ask(backend, "dave", "!secret").kind()).isEqualTo(Kind.DISABLED);
            assertThat(ask(backend, "erin", "*secret").isAccepted()).isTrue();
        }
    }

    @Nested
    @DisplayName("a mistake stops the start with one sentence")
    class AMistake {
        @Test
        void inWhatTheFileIs() throws Exception {
            Files.write(file, ("\uFEFF" + line(USER, PASSWORD) + "\r\n" + line("bob", "bobs")).getBytes(UTF_16LE));
            assertFault("cannot use the file " + file + ", line 1: it is not UTF-8; save the file as UTF-8"
                + "; no line is of that form");

            write("# users", "alice@localhost {BCRYPT}hunter2", "bob {BCRYPT}hunter2");
            assertFault("cannot use the file " + file + ", line 2: it is not of the form user:{SCHEME}hash; "
                + "correct it, or put a # before it; no line is of that form");

            Files.write(file, new byte[4096]);
            assertFault("cannot use the file " + file + ", line 1: it is not of the form ");
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

            assertFault("cannot use the file " + file + ", which may not be read; give the user that runs James read permission");
        }

        @Test
        void inTheElement() {
            assertThatThrownBy(() -> new FileBackend(settings(Map.of("file", "file://smtp-users", "preferredScheme", "ROT13")),
                TestWorkers.direct()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("has an unknown <preferredScheme>; known are {ARGON2ID}, ");
            assertThatThrownBy(() -> new FileBackend(settings(Map.of()), TestWorkers.direct()))
                .isInstanceOf(InvalidConfigurationException.class).hasMessageContaining("needs an element <file>");
            assertThatThrownBy(() -> new FileBackend(settings(Map.of("file", "file://smtp-users", "flie", "x")), TestWorkers.direct()))
                .isInstanceOf(InvalidConfigurationException.class).hasMessageContaining("unknown element <flie>");
        }

        private void assertFault(String sentence) {
            assertThatThrownBy(() -> backend(TestWorkers.direct()))
                .isInstanceOf(InvalidConfigurationException.class)
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
        void mayComeInPlaceWithSizeAndTimeAsBefore() throws Exception {
            CredentialBackend backend = backend(TestWorkers.direct());
            assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
            FileTime age = Files.getLastModifiedTime(file);
            long size = Files.size(file);
            Object changed = Files.getAttribute(file, "unix:ctime");

            // As tar x and touch -r leave it. The clock of the file system is coarse.
            await().until(() -> {
                Files.writeString(file, line(USER, "another") + "\n");
                Files.setLastModifiedTime(file, age);
                return !Files.getAttribute(file, "unix:ctime").equals(changed);
            });

            assertThat(Files.size(file)).isEqualTo(size);
            assertThat(ask(backend, USER, PASSWORD).kind()).isEqualTo(Kind.REFUSED);
            assertThat(ask(backend, USER, "another").isAccepted()).isTrue();
        }

        @Test
        void ofNothingButPermissionsChangesNothing() throws Exception {
            AtomicInteger changes = new AtomicInteger();
            try (CredentialBackend backend = backend(TestWorkers.direct()); LogCapture log = new LogCapture()) {
                backend.onChange(changes::incrementAndGet);
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();

                assertThat(changes).hasValue(0);
                assertThat(log.at(Level.INFO)).isEmpty();
            }
        }

        @Test
        void withoutALinesEndCountsOnceNobodyWritesAnyMore() throws Exception {
            Instant now = Instant.parse("2024-06-01T00:00:00Z");
            AtomicReference<Instant> time = new AtomicReference<>(now.minusSeconds(60));
            FileBackend backend = new FileBackend(settings(Map.of("file", "file://smtp-users")), TestWorkers.direct(),
                PasswordSchemes.standard(),
                new FileRewrite(), clock(time::get));
            time.set(now.plusMillis(500));
            try (LogCapture log = new LogCapture()) {
                String unfinished = line("bob", "bobs") + "\n" + line(USER, "another");
                Files.writeString(file, unfinished);
                Files.setLastModifiedTime(file, FileTime.from(now));

                assertThat(ask(backend, USER, PASSWORD).isAccepted()).as("as before").isTrue();
                assertThat(ask(backend, "bob", "bobs").kind()).isEqualTo(Kind.UNKNOWN);
                assertThat(log.at(Level.WARN)).hasSize(1).first().asString().contains("without a line end after its last line");
                assertThat(backend.flaw()).isEmpty();

                time.set(now.plusSeconds(2));
                assertThat(ask(backend, USER, "another").isAccepted()).as("it has settled").isTrue();
                assertThat(ask(backend, "bob", "bobs").isAccepted()).isTrue();

                time.set(now.plusSeconds(2));
                Files.writeString(file, line("bob", "bobs") + "\n");
                Files.setLastModifiedTime(file, FileTime.from(now.plusSeconds(1)));
                assertThat(ask(backend, USER, "another").kind()).as("whole lines count at once").isEqualTo(Kind.UNKNOWN);
            }
        }

        @Test
        void withoutALinesEndJustBeforeTheStartCountsAndIsTold() throws Exception {
            Files.writeString(file, line(USER, PASSWORD));
            Instant modified = Files.getLastModifiedTime(file).toInstant();
            try (LogCapture log = new LogCapture()) {
                FileBackend backend = new FileBackend(settings(Map.of("file", "file://smtp-users")), TestWorkers.direct(),
                    PasswordSchemes.standard(), new FileRewrite(), clock(() -> modified));

                assertThat(log.at(Level.WARN)).hasSize(1).first().asString().contains("it may be incomplete");
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
            }
        }

        private Clock clock(Supplier<Instant> now) {
            return new Clock() {
                @Override
                public ZoneId getZone() {
                    return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(ZoneId zone) {
                    return this;
                }

                @Override
                public Instant instant() {
                    return now.get();
                }
            };
        }

        @Test
        void thatBreaksTheFileLeavesTheLastGoodVersionAndIsToldOnce() throws Exception {
            CredentialBackend backend = backend(TestWorkers.direct());
            try (LogCapture log = new LogCapture()) {
                write(":{BCRYPT}hunter2");
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                assertThat(log.at(Level.WARN)).hasSize(1).first().asString()
                    .contains("name=\"apps\"", file.toString(), "line 1", "the last usable version stays in use (users: 1)");

                write("{BCRYPT}hunter2");
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
        void thatBreaksTheFileIsAFlawUntilItIsFixed() throws Exception {
            CredentialBackend backend = backend(TestWorkers.direct());
            assertThat(backend.flaw()).isEmpty();
            try (LogCapture quiet = new LogCapture()) {
                write(":{BCRYPT}hunter2");
                assertThat(backend.check().toCompletableFuture().get(30, TimeUnit.SECONDS)).isEqualTo(backend.flaw());
                assertThat(backend.flaw().orElseThrow())
                    .startsWith("cannot use the file " + file + ", line 1: it is not of the form ")
                    .endsWith("; until this is fixed, the last usable version stays in use (users: 1)")
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

                write(":{BCRYPT}hunter2");
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
        write(line(USER, PASSWORD), "bob:{SCRAM-SHA-256}" + ScramScheme.sha256(CostLimits.standard()).hash(PASSWORD.getBytes(UTF_8)));
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
        // In one step: a backend that looks meanwhile would find a file that is not finished.
        Path written = Files.writeString(directory.resolve("written"), String.join("\n", lines) + "\n");
        modified = modified.plusSeconds(1);
        Files.setLastModifiedTime(written, FileTime.from(modified));
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
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
