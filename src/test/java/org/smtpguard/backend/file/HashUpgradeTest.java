package org.smtpguard.backend.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.smtpguard.backend.support.FileRewrite;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.TestWorkers;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.credential.Workers;
import org.smtpguard.password.Argon2;
import org.smtpguard.password.BCrypt;
import org.smtpguard.password.CostLimits;
import org.smtpguard.password.PasswordSchemes;
import org.smtpguard.password.ScramScheme;
import org.smtpguard.password.Sha;

@Timeout(120)
class HashUpgradeTest {
    private static final CostLimits LIMITS = CostLimits.standard().with(CostLimits.CostLimit.PBKDF2_ROUNDS, 4096);
    private static final String OLD = "{SHA}" + Sha.sha1().hash("secret".getBytes(UTF_8));
    private static final String SCRAM = "{SCRAM-SHA-256}" + ScramScheme.sha256(LIMITS).hash("secret".getBytes(UTF_8));

    private final PasswordSchemes schemes =
        new PasswordSchemes(List.of(Argon2.id(64, 1, 1), new BCrypt(4), Sha.sha1(), ScramScheme.sha256(LIMITS)));

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void place() {
        file = directory.resolve("smtp-users");
    }

    @Test
    void changesThatOneHashAndNoOtherOctet() throws Exception {
        String before = "\uFEFF# first: comment\r\n\r\n ALICE@localhost : %s :1000:1000::/home/a\r\nalice:" + OLD
            + "\n  # alice@localhost:" + OLD + "\nbob:" + SCRAM + "\n\t\njürgen:" + OLD + "  ";
        put(file, before.replace("%s", OLD));

        assertThat(ask(backend(TestWorkers.direct()), "alice@localhost", "secret").isAccepted()).isTrue();

        String after = Files.readString(file);
        String hash = after.substring(after.indexOf("{ARGON2ID}"), after.indexOf(" :1000"));
        assertThat(after).isEqualTo(before.replace("%s", hash));
        assertThat(schemes.read(hash).matches("secret".getBytes(UTF_8))).isTrue();
        assertThat(ask(backend(TestWorkers.direct()), "alice@localhost", "secret").isAccepted()).isTrue();
        assertThat(ask(backend(TestWorkers.direct()), "alice@localhost", "Secret").isAccepted()).isFalse();
        assertThat(entries()).as("nothing lies about").containsExactly("smtp-users");
    }

    @Test
    void leavesLinesThatCannotBeUsed() throws Exception {
        String before = "bob:{SHA}hunter2\nno colon\nbob:" + OLD + "\nj\u00fcrgen:\0\n\n:x\nalice:%s\ncarol:!" + OLD
            + "\ndave:!!\nerin:\n\uFEFFfrank:" + OLD + "\n";
        put(file, before.replace("%s", OLD));
        CredentialBackend backend = backend(TestWorkers.direct());

        for (String user : List.of("bob", "j\u00fcrgen", "carol", "dave", "erin", "alice")) {
            assertThat(ask(backend, user, "secret").isAccepted()).as(user).isEqualTo(user.equals("alice"));
        }

        String after = Files.readString(file);
        String hash = after.substring(after.indexOf("{ARGON2ID}"), after.indexOf("\ncarol"));
        assertThat(after).isEqualTo(before.replace("%s", hash));
    }

    @Test
    void isSeenByTheSameBackendAndTold() throws Exception {
        put(file, "jürgen:" + OLD);
        CredentialBackend backend = backend(TestWorkers.direct());
        try (LogCapture log = new LogCapture()) {
            assertThat(ask(backend, "jürgen", "secret").isAccepted()).isTrue();
            String upgraded = Files.readString(file);
            assertThat(upgraded).startsWith("jürgen:{ARGON2ID}");
            assertThat(ask(backend, "JÜRGEN", "secret").isAccepted()).isTrue();

            assertThat(Files.readString(file)).as("once is enough").isEqualTo(upgraded);
            assertThat(log.at(Level.INFO)).first().isEqualTo("Backend apps has given jürgen a new hash, ARGON2ID instead of SHA");
            assertThat(log.text()).doesNotContain("secret", "$argon2id$", OLD.substring(5));
        }
    }

    @Test
    void isNotDoneUnlessAskedFor() throws Exception {
        put(file, "alice:" + OLD);

        ask(new FileBackend(settings(Map.of("file", "x")), TestWorkers.direct(), schemes), "alice", "secret");
        ask(new FileBackend(settings(Map.of("file", "x", "upgrade", "false")), TestWorkers.direct(), schemes), "alice", "secret");

        assertThat(file).hasContent("alice:" + OLD);
        assertThatThrownBy(() -> new FileBackend(settings(Map.of("file", "x", "upgrade", "yes")), TestWorkers.direct(), schemes))
            .isInstanceOf(InvalidConfigurationException.class).hasMessageContaining("has <upgrade> that is neither true nor false");
    }

    @Test
    void isForThoseAloneWhoLoggedInWithAnOutdatedHash() throws Exception {
        String content = "alice:" + OLD + "\nbob:" + SCRAM + "\ncarol:{ARGON2ID}" + Argon2.id(64, 2, 1).hash("secret".getBytes(UTF_8));
        put(file, content);
        CredentialBackend backend = backend(TestWorkers.direct());

        ask(backend, "alice", "wrong");
        ask(backend, "mallory", "secret");
        assertThat(ask(backend, "bob", "secret").isAccepted()).isTrue();
        assertThat(ask(backend, "carol", "secret").isAccepted()).isTrue();

        assertThat(file).hasContent(content);
    }

    @Test
    void comesAfterTheVerdict() throws Exception {
        put(file, "alice:" + OLD);
        List<Runnable> hashing = new ArrayList<>();
        List<Runnable> blocking = new ArrayList<>();
        CredentialBackend backend = backend(workers(hashing::add, blocking::add));

        CompletableFuture<CredentialResult> answer = backend.verify(credentials("alice", "secret")).toCompletableFuture();
        hashing.remove(0).run();
        assertThat(answer).isCompletedWithValue(CredentialResult.accepted("alice"));
        assertThat(blocking).isEmpty();
        hashing.remove(0).run();
        assertThat(file).as("made, not yet written").hasContent("alice:" + OLD);
        blocking.remove(0).run();
        assertThat(Files.readString(file)).startsWith("alice:{ARGON2ID}");
    }

    @Test
    void doesNotBeginTwiceAtOnceAndGivesWayWhereThereIsTooMuchToDo() throws Exception {
        put(file, "alice:" + OLD);
        List<Runnable> hashing = new ArrayList<>();
        AtomicInteger turnedAway = new AtomicInteger();
        CredentialBackend backend = backend(workers(hashing::add, task -> {
            turnedAway.incrementAndGet();
            throw new RejectedExecutionException();
        }));
        for (int i = 0; i < 3; i++) {
            backend.verify(credentials("alice", "secret"));
            hashing.remove(hashing.size() - 1).run();
        }
        assertThat(hashing).as("one upgrade for three log-ins").hasSize(1);

        hashing.remove(0).run();
        assertThat(turnedAway).hasValue(1);
        assertThat(file).hasContent("alice:" + OLD);
        backend.verify(credentials("alice", "secret"));
        hashing.remove(0).run();
        assertThat(hashing).as("the next log-in tries again").hasSize(1);
    }

    @Test
    void leavesAHashThatWasChangedMeanwhile() throws Exception {
        put(file, "alice:" + OLD + "\nbob:" + OLD);
        List<Runnable> tasks = new ArrayList<>();
        CredentialBackend backend = backend(TestWorkers.on(tasks::add));
        String another = "{SHA}" + Sha.sha1().hash("another".getBytes(UTF_8));

        backend.verify(credentials("alice", "secret"));
        tasks.remove(0).run();
        put(file, "alice:" + another + "\nbob:" + OLD);
        tasks.remove(0).run();
        assertThat(tasks).as("that is not the password any more").isEmpty();

        backend.verify(credentials("bob", "secret"));
        tasks.remove(0).run();
        tasks.remove(0).run();
        put(file, "bob:" + another);
        tasks.remove(0).run();
        assertThat(file).as("changed between hashing and writing").hasContent("bob:" + another);
    }

    @Test
    void leavesAFileThatIsChangedWhileItIsReplaced() throws Exception {
        put(file, "alice:" + OLD);
        AtomicInteger edits = new AtomicInteger();
        CredentialBackend backend = new FileBackend(settings(on()), TestWorkers.direct(), schemes, new FileRewrite() {
            @Override
            public Path write(Path target, byte[] content) throws IOException {
                Path fresh = super.write(target, content);
                if (edits.getAndIncrement() == 0) {
                    // In place, and as old as before: only the content tells.
                    FileTime modified = Files.getLastModifiedTime(target);
                    Files.writeString(target, "alicf:" + OLD);
                    Files.setLastModifiedTime(target, modified);
                }
                return fresh;
            }
        });

        assertThat(ask(backend, "alice", "secret").isAccepted()).isTrue();

        assertThat(file).hasContent("alicf:" + OLD);
        assertThat(entries()).containsExactly("smtp-users");
    }

    @Test
    void losesNoEntryNoEditAndNoUserWhereManyLogInAndOthersEdit() throws Exception {
        int users = 40;
        StringBuilder content = new StringBuilder("# head\n");
        IntStream.range(0, users).forEach(i -> content.append("user" + i + ":" + OLD + ":x\n# behind " + i + "\n"));
        put(file, content.toString());
        AtomicInteger edits = new AtomicInteger();
        // An editor's best moment: each time a new version lies ready, another one appends a line, in place or by renaming.
        FileRewrite disturbed = new FileRewrite() {
            @Override
            public Path write(Path target, byte[] bytes) throws IOException {
                Path fresh = super.write(target, bytes);
                int edit = edits.get();
                if (edit < 60) {
                    String line = "edit" + edit + ":" + SCRAM + "\n";
                    if (edit % 2 == 0) {
                        Path other = put(directory.resolve("editor"), Files.readString(target) + line);
                        Files.move(other, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                    } else {
                        Files.writeString(target, line, StandardOpenOption.APPEND);
                        Files.setLastModifiedTime(target, FileTime.from(Instant.now().minusSeconds(3600)));
                    }
                    edits.incrementAndGet();
                }
                return fresh;
            }
        };
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try (CredentialBackend backend = new FileBackend(settings(on()), TestWorkers.on(pool), schemes, disturbed)) {
            do {
                List<CompletableFuture<CredentialResult>> answers = IntStream.range(0, 3 * users)
                    .mapToObj(i -> backend.verify(credentials("user" + i % users, "secret")).toCompletableFuture())
                    .collect(Collectors.toList());
                for (CompletableFuture<CredentialResult> answer : answers) {
                    assertThat(answer.get(60, TimeUnit.SECONDS).isAccepted()).isTrue();
                }
            } while (Files.readString(file).contains(OLD));
        } finally {
            pool.shutdown();
            assertThat(pool.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }

        List<String> expected = new ArrayList<>(List.of("# head"));
        IntStream.range(0, users).forEach(i -> expected.addAll(List.of("user" + i + ":{ARGON2ID}:x", "# behind " + i)));
        IntStream.range(0, 60).forEach(i -> expected.add("edit" + i + ":" + SCRAM));
        assertThat(Files.readAllLines(file).stream().map(line -> line.replaceAll("\\{ARGON2ID}[^:]*", "{ARGON2ID}")))
            .containsExactlyElementsOf(expected);
        assertThat(entries()).containsExactly("smtp-users");
    }

    @Test
    void keepsThePermissionsAndTheLink() throws Exception {
        Path real = Files.createDirectory(directory.resolve("elsewhere")).resolve("users");
        put(real, "alice:" + OLD);
        Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
        Files.createSymbolicLink(file, real);

        ask(backend(TestWorkers.direct()), "alice", "secret");

        assertThat(Files.isSymbolicLink(file)).isTrue();
        assertThat(Files.readString(real)).startsWith("alice:{ARGON2ID}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(real))).isEqualTo("rw-r-----");
    }

    @Test
    void warnsOnceWhereTheFileIsReadOnlyAndGoesOn() throws Exception {
        put(file, "alice:" + OLD + "\nbob:" + OLD);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        CredentialBackend backend = backend(TestWorkers.direct());
        try (LogCapture log = new LogCapture()) {
            assertThat(ask(backend, "alice", "secret").isAccepted()).isTrue();
            assertThat(ask(backend, "bob", "secret").isAccepted()).isTrue();

            assertThat(log.at(Level.WARN)).hasSize(1).first().asString()
                .contains("Backend apps cannot replace outdated hashes", file.toString(), "is read-only, or its directory is");
        }
        assertThat(file).hasContent("alice:" + OLD + "\nbob:" + OLD);
    }

    @Test
    void warnsOnceWhereTheDirectoryIsReadOnlyAndGoesOn() throws Exception {
        put(file, "alice:" + OLD);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
        try (LogCapture log = new LogCapture()) {
            assumeThat(Files.isWritable(directory)).as("root may write everywhere").isFalse();
            CredentialBackend backend = backend(TestWorkers.direct());
            assertThat(ask(backend, "alice", "secret").isAccepted()).isTrue();
            assertThat(ask(backend, "alice", "secret").isAccepted()).isTrue();

            assertThat(log.at(Level.WARN)).hasSize(1);
        } finally {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Test
    void plainPasswordsAreTakenWhereThatIsSaidAndAreTheFirstToGo() throws Exception {
        put(file, "alice:{PLAIN}secret");
        Map<String, String> elements = new HashMap<>(on());
        assertThat(ask(new FileBackend(settings(elements), TestWorkers.direct()), "alice", "secret").reason())
            .contains("line 1: plain passwords are not allowed here");

        elements.put("allowPlain", "true");
        elements.put("costLimits", "argon2Memory=64");
        assertThat(ask(new FileBackend(settings(elements), TestWorkers.direct()), "alice", "secret").isAccepted()).isTrue();

        assertThat(Files.readString(file)).startsWith("alice:{ARGON2ID}$argon2id$v=19$m=64,t=2,p=1$");
    }

    @Test
    void limitsThatCannotBeKeptToStopTheStart() throws Exception {
        put(file, "alice:" + OLD);

        for (String limits : List.of("argon2Memory=7", "bcryptCost", "x=1")) {
            assertThatThrownBy(() -> new FileBackend(settings(Map.of("file", "x", "costLimits", limits)), TestWorkers.direct()))
                .isInstanceOf(InvalidConfigurationException.class).hasMessageContaining("has invalid <costLimits>: ");
        }
    }

    @Test
    void leavesAFileThatWasChangedJustNow() throws Exception {
        Files.writeString(file, "alice:" + OLD);
        CredentialBackend backend = backend(TestWorkers.direct());

        assertThat(ask(backend, "alice", "secret").isAccepted()).isTrue();
        assertThat(file).as("it may be half of what it shall be").hasContent("alice:" + OLD);

        put(file, "alice:" + OLD + "\nbob:" + OLD);
        ask(backend, "alice", "secret");
        ask(backend, "bob", "secret");
        assertThat(Files.readString(file)).as("its own version is whole").doesNotContain(OLD);
    }

    /** As somebody would have done an hour ago. */
    private static Path put(Path path, String content) throws IOException {
        Files.writeString(path, content);
        return Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(3600)));
    }

    private CredentialBackend backend(Workers workers) {
        return new FileBackend(settings(on()), workers, schemes);
    }

    private static Map<String, String> on() {
        return Map.of("file", "x", "upgrade", "true");
    }

    private BackendSettings settings(Map<String, String> elements) {
        return new BackendSettings("FileBackend", "apps", elements, url -> file);
    }

    private List<String> entries() throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.map(path -> path.getFileName().toString()).collect(Collectors.toList());
        }
    }

    private static Workers workers(Executor hashing, Executor blocking) {
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

    private static CredentialResult ask(CredentialBackend backend, String user, String password) throws Exception {
        return backend.verify(credentials(user, password)).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static Credentials credentials(String user, String password) {
        return Credentials.of(user, Secret.of(password));
    }
}
