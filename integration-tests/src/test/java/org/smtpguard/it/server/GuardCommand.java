package org.smtpguard.it.server;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Programs that an administrator runs with the class path of James, in directories that have been laid out. */
public final class GuardCommand {
    private static final long MINUTES = 10;

    private GuardCommand() {
    }

    /** Starts James in each of these directories, one after the other, and writes into the file {@code started} why it did not start. */
    public static void start(List<Path> homes) throws IOException {
        List<String> command = java("-Xmx1g", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
            "-Dsmtpguard.fixture.parent=" + ProcessHandle.current().pid());
        command.addAll(JamesHome.current().trialArguments());
        command.addAll(ClassArchive.arguments());
        command.addAll(List.of("-cp", JamesHome.current().classPath() + File.pathSeparator + program(),
            "org.smtpguard.fixture.TrialStarts"));
        homes.forEach(home -> command.add(home.toString()));
        run(command, Files.createDirectories(Layout.work()), Layout.work().resolve("starts.log"));
    }

    /** What {@code check --json} says of the configuration in that directory. */
    public static JsonNode check(Path home) {
        List<String> command = java("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        command.addAll(ClassArchive.arguments());
        command.addAll(List.of("-cp", JamesHome.current().classPath() + File.pathSeparator + home.resolve("extensions-jars")
            + File.separator + "*", "org.smtpguard.cli.Main", "check", "--json", "conf/smtpserver.xml"));
        try {
            Path output = home.resolve("check.json");
            run(command, home, output);
            return new ObjectMapper().readTree(Files.readString(output));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its classes alone: the other fixtures are extensions of James, and see the guard there only. */
    private static Path program() throws IOException {
        Path directory = Files.createTempDirectory(Files.createDirectories(Layout.work()), "trial-");
        Path classes = Files.createDirectories(directory.resolve("org/smtpguard/fixture"));
        try (FileSystem jar = FileSystems.newFileSystem(Layout.fixturesJar(), (ClassLoader) null)) {
            for (String name : List.of("TrialStarts", "FollowParent", "LatestBeans")) {
                Files.copy(jar.getPath("org/smtpguard/fixture/" + name + ".class"), classes.resolve(name + ".class"));
            }
        }
        return directory;
    }

    private static List<String> java(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(JamesHome.current().program("java").toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private static void run(List<String> command, Path directory, Path output) throws IOException {
        Process process = new ProcessBuilder(command).directory(directory.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD).redirectOutput(output.toFile()).start();
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                throw new IllegalStateException("It takes too long: " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
