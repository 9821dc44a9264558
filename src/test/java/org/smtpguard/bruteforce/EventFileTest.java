package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is remembered over a restart. */
class EventFileTest extends EventLogContract {
    @TempDir
    Path directory;

    @Override
    protected EventLog log(int limit) {
        return new EventFile(directory, limit);
    }

    @Override
    protected boolean isShared() {
        return false;
    }

    @Override
    protected String content() {
        closeServers();
        try {
            return Files.readString(directory.resolve("logins.log")) + Files.readString(directory.resolve("failures.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theFilesAreBounded() throws IOException {
        EventFile file = new EventFile(directory, 100);
        for (int i = 0; i < 1_000; i++) {
            file.append("failure " + i, false);
        }
        file.close();

        assertThat(Files.size(directory.resolve("failures.log")) + Files.size(directory.resolve("failures.old"))).isLessThan(2_000);
    }

    @Test
    void octetsThatAreNoTextAreALineThatNobodyUnderstands() throws IOException {
        EventFile file = new EventFile(directory, 100);
        file.append("1 a log-in", true);
        file.close();
        Files.write(directory.resolve("logins.log"), new byte[] {(byte) 0xFF, (byte) 0xC0}, StandardOpenOption.APPEND);

        List<String> lines = new ArrayList<>();
        new EventFile(directory, 100).open((line, isReplay) -> lines.add(line));

        assertThat(lines).hasSize(2).startsWith("1 a log-in");
        assertThat(LoginEvent.decode(lines.get(1))).isEmpty();
    }

    @Test
    void aDirectoryThatCannotBeMadeIsToldAndStopsNothing() throws IOException {
        Path file = Files.createFile(directory.resolve("a file"));
        EventFile log = new EventFile(file.resolve("below"), 100);

        log.open((line, isReplay) -> { });
        log.append("a line", true);
        log.close();

        assertThat(log.problem()).hasValueSatisfying(text -> assertThat(text).contains("cannot be written"));
    }

    @Test
    void halfOfTheLimitIsInTheNewerFileAfterARestartAsWell() throws IOException {
        for (int i = 1; i <= 7; i++) {
            EventFile file = new EventFile(directory, 4);
            file.open((line, isReplay) -> { });
            file.append(i + " failure", false);
            file.close();
        }

        assertThat(directory.resolve("failures.old")).hasContent("5 failure\n6 failure");
        assertThat(directory.resolve("failures.log")).hasContent("7 failure");
        assertThat(directory.resolve("logins.log")).doesNotExist();
    }

    @Test
    void onlyTheOwnerCanReadTheFiles() throws IOException {
        Path made = directory.resolve("made");
        EventFile file = new EventFile(made, 100);
        file.append("1 a log-in", true);
        file.close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made))).isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.resolve("logins.log")))).isEqualTo("rw-------");
    }

    @Test
    void aDirectoryThatCanBeWrittenAgainIsNoProblemAnyMore() throws IOException {
        Path place = Files.createFile(directory.resolve("place"));
        EventFile log = new EventFile(place, 100);
        assertThat(log.problem()).isEmpty();
        log.append("1 lost", true);
        await().until(() -> log.problem().isPresent());

        Files.delete(place);
        log.append("2 kept", true);

        await().until(() -> log.problem().isEmpty());
        log.close();
        assertThat(place.resolve("logins.log")).hasContent("2 kept");
    }

    @Test
    void aFileThatCannotBeReadIsToldAndStopsNothing() throws IOException {
        Files.createDirectory(directory.resolve("logins.log"));
        EventFile log = new EventFile(directory, 100);

        log.open((line, isReplay) -> { });

        assertThat(log.problem()).hasValueSatisfying(text -> assertThat(text).startsWith(directory + " cannot be read ("));
        log.close();
    }

    @Test
    void linesOfTheSameTimeComeBackLastingOnesLast() throws IOException {
        Files.writeString(directory.resolve("failures.log"), "1 a\n3 c\n5 e\n");
        Files.writeString(directory.resolve("logins.log"), "2 b\n3 d\n");
        List<String> lines = new ArrayList<>();

        new EventFile(directory, 100).open((line, isReplay) -> lines.add(line));

        assertThat(lines).containsExactly("1 a", "2 b", "3 c", "3 d", "5 e");
    }
}
