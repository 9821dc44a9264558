package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
}
