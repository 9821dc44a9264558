package org.smtpguard.it.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A program of this machine that some tests need; where it is not installed they are skipped, or fail if it should be. */
public final class InstalledProgram {
    private static final boolean ALL_INSTALLED = Boolean.parseBoolean(System.getenv("SMTPGUARD_ALL_CLIENTS"));
    private static final long SECONDS = 120;

    private final String file;

    private InstalledProgram(String file) {
        this.file = file;
    }

    /** The program of that name. Skips the test that asks where there is none. */
    public static InstalledProgram of(String name) {
        List<Path> found = Stream.concat(Stream.of(System.getenv("PATH").split(":")), Stream.of("/usr/sbin", "/usr/local/sbin"))
            .map(directory -> Path.of(directory, name)).filter(Files::isExecutable).limit(1).collect(Collectors.toList());
        if (ALL_INSTALLED) {
            assertThat(found).as("%s, which is to be installed here", name).isNotEmpty();
        }
        assumeTrue(!found.isEmpty(), () -> name + " is not installed");
        return new InstalledProgram(found.get(0).toString());
    }

    /** A file of the project that an installation adds. Skips the test that asks where it is missing. */
    public static Path addedFile(String path) {
        Path file = Path.of(System.getProperty("smtpguard.it.project", "."), path);
        if (ALL_INSTALLED) {
            assertThat(file).as("to be installed here").exists();
        }
        assumeTrue(Files.exists(file), () -> path + " is not installed");
        return file;
    }

    /** Where it is. */
    public String file() {
        return file;
    }

    /** Runs it to its end. @return what it has said, to either output */
    public String run(Path directory, String... arguments) {
        List<String> command = new ArrayList<>(List.of(file));
        command.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile(directory, "output", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile())
                .redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().put("LC_ALL", "C.UTF-8");
            Process process = builder.start();
            try {
                process.getOutputStream().close();
                assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
            } finally {
                process.destroyForcibly();
            }
            String said = Files.readString(output, StandardCharsets.UTF_8);
            assertThat(process.exitValue()).as("%s says %s", command, said).isZero();
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
