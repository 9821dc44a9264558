package org.smtpguard.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * James in a JVM of its own, as {@link JamesHome} says.
 */
final class ProcessJames implements RunningJames {
    static final String HEAP = "-Xmx512m";

    private static final String STARTED = "JAMES server started";

    private static final Duration TIME_TO_START = Duration.ofMinutes(4);
    /** James takes two seconds for each of its ports, and a JVM that writes a class archive as long as it starts. */
    private static final Duration TIME_TO_STOP = Duration.ofMinutes(2);

    private final Process process;
    private final Path logFile;
    private final Ports ports;

    private ProcessJames(Process process, Path logFile, Ports ports) {
        this.process = process;
        this.logFile = logFile;
        this.ports = ports;
    }

    /**
     * Returns when James serves; throws {@link StartFailure} when it ends instead, or takes too long.
     *
     * @param command of {@link #onJvm}, or another that becomes James
     */
    static ProcessJames start(Path home, Ports ports, List<String> command) throws IOException {
        Path logFile = Files.createDirectories(home.resolve("logs")).resolve("james.log");
        Process process = new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(logFile.toFile())
            .start();
        ProcessJames james = new ProcessJames(process, logFile, ports);
        // All it knows is in memory, and an orderly stop takes seconds: at our own end it is cut short. Where we are
        // killed and this does not run, the server notices by itself (FollowParent).
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "kill-james-" + process.pid()));
        james.awaitStart();
        return james;
    }

    static List<String> onJvm(Path home, List<String> jvmArguments) {
        JamesHome james = JamesHome.current();
        List<String> command = new ArrayList<>(List.of(
            james.program("java").toString(),
            HEAP,
            "-Djava.awt.headless=true",
            "-Djdk.tls.ephemeralDHKeySize=2048",
            "-Djdk.net.hosts.file=" + hosts(home),
            "-Dworking.directory=" + home,
            "-Dlogback.configurationFile=" + home.resolve("conf").resolve("logback.xml"),
            "-Dsmtpguard.fixture.parent=" + ProcessHandle.current().pid()));
        command.addAll(james.jvmArguments());
        command.addAll(jvmArguments);
        command.addAll(List.of("-cp", james.classPath(), james.mainClass()));
        return command;
    }

    /**
     * The names that this machine knows without a network. James looks up the name of each client when it connects, on the thread of many
     * connections: a name server that does not answer would hold all of them up for seconds.
     */
    private static Path hosts(Path home) {
        List<String> lines = new ArrayList<>(List.of("127.0.0.1 localhost"));
        try {
            InetAddress machine = InetAddress.getLocalHost();
            lines.add(machine.getHostAddress() + " " + machine.getHostName());
        } catch (UnknownHostException e) {
            // It has none, and James would not find one either.
        }
        try {
            Path ofMachine = Path.of("/etc/hosts");
            if (Files.isReadable(ofMachine)) {
                lines.addAll(Files.readAllLines(ofMachine));
            }
            return Files.write(home.resolve("hosts"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitStart() {
        Instant deadline = Instant.now().plus(TIME_TO_START);
        while (!log().contains(STARTED)) {
            if (exitsWithin(Duration.ofMillis(50))) {
                throw new StartFailure(
                    "James ended with exit code " + process.exitValue() + " instead of starting (its log: " + logFile + ")", log());
            }
            if (Instant.now().isAfter(deadline)) {
                kill();
                throw new StartFailure("James did not start within " + TIME_TO_START + " (its log: " + logFile + ")", log());
            }
        }
    }

    @Override
    public InetSocketAddress address(Endpoint endpoint) {
        return Endpoint.onLoopback(ports.of(endpoint));
    }

    Path logFile() {
        return logFile;
    }

    Process process() {
        return process;
    }

    @Override
    public String log() {
        try {
            return Files.readString(logFile, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void stop() {
        process.destroy();
        if (!exitsWithin(TIME_TO_STOP)) {
            process.destroyForcibly();
            exitsWithin(TIME_TO_STOP);
        }
    }

    @Override
    public void kill() {
        process.destroyForcibly();
        exitsWithin(TIME_TO_STOP);
    }

    private boolean exitsWithin(Duration time) {
        try {
            return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new IllegalStateException("interrupted while waiting for James", e);
        }
    }
}
