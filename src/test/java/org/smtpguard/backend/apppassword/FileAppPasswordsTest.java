package org.smtpguard.backend.apppassword;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.spi.LifeCycle;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.ongres.saslprep.SASLprep;
import com.ongres.stringprep.Stringprep;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.smtpguard.credential.AppPassword;
import org.smtpguard.credential.AppPasswordRequest;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.IssuedAppPassword;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.LoginScope;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.TestWorkers;
import org.smtpguard.credential.Workers;

class FileAppPasswordsTest extends AppPasswordBackendTests {
    private static final Origin PHONE = Origin.of("PLAIN", Optional.of("192.0.2.7"), Optional.of("5e55"), true);

    /** What {@link FileWriter} needs, wherever this test has it from. */
    private static final String CLASS_PATH = Stream.of(FileWriter.class, AppPasswordBackend.class, ObjectMapper.class, JsonFactory.class,
        JsonInclude.class, Logger.class, LoggerContext.class, LifeCycle.class, SASLprep.class, Stringprep.class)
        .map(type -> Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString())).toString())
        .distinct().collect(Collectors.joining(File.pathSeparator));

    @TempDir
    Path directory;

    private Path file;

    @Test
    void operatorsAreToldItsKindAndItsFile() throws Exception {
        try (AppPasswordBackend backend = open(TestWorkers.direct(), clock(), false)) {
            assertThat(backend.summary()).hasValue("app passwords");
            assertThat(backend.address()).hasValue(file.toString());
        }
    }

    @BeforeEach
    void theFileExists() throws Exception {
        file = directory.resolve("app-passwords");
        try (AppPasswordBackend backend = open(TestWorkers.direct(), clock(), false)) {
            assertThat(get(register(backend).initialise())).isEqualTo("created the file " + file);
        }
    }

    @Override
    AppPasswordBackend open(Workers workers, Clock clock, boolean withScram) {
        BackendSettings settings = settings(Map.of("file", "file://app-passwords", "scram", Boolean.toString(withScram)));
        return new AppPasswordBackend(settings, AppPasswordStores.of(settings, workers, Duration.ofSeconds(10)), clock);
    }

    private BackendSettings settings(Map<String, String> elements) {
        return new BackendSettings("AppPasswordBackend", "apps", elements, url -> directory.resolve(url.substring("file://".length())));
    }

    private AppPasswordBackend open() {
        return open(TestWorkers.direct(), clock(), false);
    }

    @Override
    String stored() throws IOException {
        return Files.readString(file);
    }

    @Test
    void onlyItsOwnerMayReadIt() throws Exception {
        password();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
    }

    @Test
    void aFileThatIsLostIsNoRefusal() throws Exception {
        try (AppPasswordBackend backend = open()) {
            IssuedAppPassword phone = issue(backend, AppPasswordRequest.of(USER, "Phone", "a test"));
            LoginScope session = ask(backend, USER, text(phone), PHONE).scope().orElseThrow();
            byte[] content = Files.readAllBytes(file);

            for (LossOfFile loss : List.<LossOfFile>of(() -> Files.delete(file), () -> Files.writeString(file, ""),
                () -> Files.writeString(file, "another file\n"))) {
                loss.happens();
                assertThat(ask(backend, USER, text(phone), PHONE).kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(session.recheck().get().kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(get(backend.check()).orElseThrow()).contains("cannot use the file of app passwords " + file);
                assertThatThrownBy(() -> get(register(backend).issue(AppPasswordRequest.of(USER, "Another", "a test"))))
                    .hasCauseInstanceOf(StoreException.class);

                Files.write(file, content);
                assertThat(ask(backend, USER, text(phone), PHONE).isAccepted()).isTrue();
            }
        }
    }

    private interface LossOfFile {
        void happens() throws IOException;
    }

    @Test
    void aMissingFileIsNotCreatedByTheWay() throws Exception {
        Files.delete(file);
        try (AppPasswordBackend backend = open()) {
            assertThat(get(backend.check()).orElseThrow()).contains("guard app-passwords init");
            assertThat(ask(backend, USER, AppPasswordSecret.generate(new SecureRandom()).grouped(), PHONE).kind())
                .isEqualTo(Kind.UNAVAILABLE);
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void aLineThatCannotBeReadIsKeptAndNoOtherIsLost() throws Exception {
        IssuedAppPassword phone;
        try (AppPasswordBackend backend = open()) {
            phone = issue(backend, AppPasswordRequest.of(USER, "Phone", "a test"));
        }
        Files.writeString(file, stored() + "# a remark\n{\"kind\":\"from a later version\"}\nnonsense\n");
        try (LogCapture log = new LogCapture(); AppPasswordBackend backend = open()) {
            assertThat(ask(backend, USER, text(phone), PHONE).isAccepted()).isTrue();
            assertThat(log.at(Level.ERROR)).hasSize(1).first().asString().contains("2 lines").contains("line 4");
            CredentialResult perhapsThere = ask(backend, USER, AppPasswordSecret.generate(new SecureRandom()).grouped(), PHONE);
            assertThat(perhapsThere.kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(perhapsThere.isForThisUser()).isTrue();
            assertThat(backend.mistake()).isPresent().isEqualTo(backend.flaw());

            issue(backend, AppPasswordRequest.of(USER, "Scanner", "a test"));

            assertThat(stored()).contains("# a remark\n", "{\"kind\":\"from a later version\"}\n", "nonsense\n", "Scanner");
        }
    }

    @Test
    void logInsAreWrittenTogetherAndLater() throws Exception {
        try (AppPasswordBackend backend = open()) {
            IssuedAppPassword phone = issue(backend, AppPasswordRequest.of(USER, "Phone", "a test"));
            String before = stored();
            for (int i = 0; i < 100; i++) {
                ask(backend, USER, text(phone), PHONE);
            }
            assertThat(stored()).isEqualTo(before);
            assertThat(list(backend, USER).get(0).lastUse()).as("shown nevertheless").isPresent();
        }
        assertThat(stored()).contains("\"lastAddress\":\"192.0.2.7\"");
    }

    @Test
    void logInsAreWrittenWhenTheTimeHasCome() throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        FileStore store = new FileStore("apps", file, TestWorkers.on(pool).blocking(), Duration.ofMillis(1));
        try (AppPasswordBackend backend = new AppPasswordBackend(settings(Map.of("file", "file://app-passwords")),
            new AppPasswordStores.Opened(store, TestWorkers.direct().hashing()), clock())) {
            IssuedAppPassword phone = issue(backend, AppPasswordRequest.of(USER, "Phone", "a test"));
            ask(backend, USER, text(phone), PHONE);
            await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> assertThat(stored()).contains("192.0.2.7"));
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void twoBackendsOnOneFileLoseNothing() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try (AppPasswordBackend one = open(); AppPasswordBackend other = open()) {
            List<CompletableFuture<String>> issued = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                AppPasswordBackend backend = i % 2 == 0 ? one : other;
                AppPasswordRequest request = AppPasswordRequest.of(USER, "Device " + i, "a test");
                issued.add(CompletableFuture.supplyAsync(() -> text(issue(backend, request)), pool));
            }
            for (CompletableFuture<String> secret : issued) {
                assertThat(ask(one, USER, secret.get(60, TimeUnit.SECONDS), PHONE).isAccepted()).isTrue();
                assertThat(ask(other, USER, secret.get(), PHONE).isAccepted()).isTrue();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    @Timeout(300)
    void twoProcessesOnOneFileLoseNothing() throws Exception {
        List<Process> processes = new ArrayList<>();
        try {
            for (String name : List.of("one", "two")) {
                processes.add(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                    CLASS_PATH, FileWriter.class.getName(), file.toString(), name, "8")
                    .redirectErrorStream(true).redirectOutput(directory.resolve(name).toFile()).start());
            }
            for (Process process : processes) {
                assertThat(process.waitFor(240, TimeUnit.SECONDS)).isTrue();
            }
            for (String name : List.of("one", "two")) {
                assertThat(Files.readString(directory.resolve(name))).as("what process %s wrote", name).endsWith("done\n");
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
        try (AppPasswordBackend backend = open()) {
            Map<String, List<String>> byUser = new TreeMap<>();
            for (String name : List.of("one", "two")) {
                byUser.put(name, list(backend, name + "@localhost").stream().filter(made -> !made.isRevoked())
                    .map(AppPassword::label).collect(Collectors.toList()));
            }
            assertThat(byUser.get("one")).hasSize(4);
            assertThat(byUser.get("two")).hasSize(4);
            assertThat(list(backend, "both@localhost")).extracting(AppPassword::label).hasSize(16).doesNotHaveDuplicates();
        }
    }

    @Test
    void aCacheWouldKeepARevokedOneAlive() {
        assertThatThrownBy(() -> new AppPasswordBackend(settings(Map.of("file", "file://app-passwords", "cache", "")),
            TestWorkers.direct())).isInstanceOf(InvalidConfigurationException.class).hasMessageContaining("<cache>");
    }

    @Test
    void aMistakeInTheSettingsIsNamed() {
        assertThatThrownBy(() -> new AppPasswordBackend(settings(Map.of("store", "ldap")), TestWorkers.direct()))
            .isInstanceOf(InvalidConfigurationException.class).hasMessageContaining("it can be file or jdbc");
        assertThatThrownBy(() -> new AppPasswordBackend(settings(Map.of()), TestWorkers.direct()))
            .isInstanceOf(InvalidConfigurationException.class).hasMessageContaining("needs an element <file>");
        assertThatThrownBy(() -> new AppPasswordBackend(settings(Map.of("file", "file://x", "url", "jdbc:x:y")), TestWorkers.direct()))
            .isInstanceOf(InvalidConfigurationException.class).hasMessageContaining("has <url>, which the store file does not use");
        assertThatThrownBy(() -> new AppPasswordBackend(settings(Map.of("file", "file://x", "path", "y")), TestWorkers.direct()))
            .isInstanceOf(InvalidConfigurationException.class).hasMessageContaining("unknown element <path>");
    }
}
