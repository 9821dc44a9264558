package org.smtpguard.james.backends;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.LogCapture;

class SecretFileTest {
    @TempDir
    Path conf;

    @Test
    void isCreatedForItsOwnerAloneAndHoldsTheSameSecretAtTheNextStart() throws Exception {
        InstallationSecret first = file().readOrCreate();

        assertThat(file().readOrCreate().keyFor("a")).isEqualTo(first.keyFor("a")).isNotEqualTo(first.keyFor("b")).hasSize(32);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path()))).isEqualTo("rw-------");
        assertThat(names()).containsExactly("smtp-guard.secret");
    }

    @Test
    void serversThatStartAtTheSameTimeGetOneSecret() throws Exception {
        ExecutorService servers = Executors.newFixedThreadPool(8);
        try {
            CountDownLatch together = new CountDownLatch(1);
            List<Future<byte[]>> keys = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                keys.add(servers.submit(() -> {
                    together.await();
                    return file().readOrCreate().keyFor("a");
                }));
            }
            together.countDown();
            for (Future<byte[]> key : keys) {
                assertThat(key.get()).isEqualTo(file().readOrCreate().keyFor("a"));
            }
        } finally {
            servers.shutdown();
        }
        assertThat(names()).containsExactly("smtp-guard.secret");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "''                       | has 0 octets",
        "c2hvcnQ=                 | has 5 octets",
        "not base64 at all        | is not one line of base64"})
    void whatIsNoSecretStopsTheStartAndIsNotRepeated(String content, String fault) throws Exception {
        Files.write(path(), content.getBytes(US_ASCII));

        assertThatThrownBy(() -> file().readOrCreate()).isInstanceOf(InvalidConfigurationException.class)
            .hasMessageContaining(path().toString()).hasMessageContaining(fault)
            .satisfies(fault2 -> assertThat(content.isEmpty() || !fault2.getMessage().contains(content)).isTrue());
        assertThat(Files.readAllBytes(path())).isEqualTo(content.getBytes(US_ASCII));
    }

    @Test
    void aDirectoryInItsPlaceStopsTheStart() throws Exception {
        Files.createDirectory(path());

        assertThatThrownBy(() -> file().readOrCreate()).isInstanceOf(InvalidConfigurationException.class)
            .hasMessageContaining("not a regular file");
    }

    @Test
    void whereItCannotBeWrittenThereIsAWarningAndASecretUntilTheNextStart() throws Exception {
        SecretFile nowhere = new SecretFile(conf.resolve("missing").resolve("smtp-guard.secret"));
        try (LogCapture log = new LogCapture()) {
            assertThat(nowhere.readOrCreate().keyFor("a")).isNotEqualTo(nowhere.readOrCreate().keyFor("a"));

            assertThat(log.text()).contains("smtp-guard.secret could not be created").contains("differ between the servers of a cluster");
        }
    }

    private SecretFile file() {
        return new SecretFile(path());
    }

    private Path path() {
        return conf.resolve("smtp-guard.secret");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(conf)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toList());
        }
    }
}
