package org.smtpguard.it.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import redis.embedded.core.ExecutableProvider;

/** A real Redis on loopback that can be killed and started again, on the same port and with what it held. */
public final class Redis implements AutoCloseable {
    /** Nothing that a log could hold by accident. */
    public static final String PASSWORD = "R3d1s-Tz51-Passwort";

    private static final Duration START_TIMEOUT = Duration.ofMinutes(1);

    private final int port;
    private final Path directory;
    private final List<String> options;
    private Process process;

    private Redis(int port, Path directory, List<String> options) {
        this.port = port;
        this.directory = directory;
        this.options = options;
    }

    /** @param options of its command line, beyond address, port and directory */
    public static Redis start(String... options) {
        List<String> all = new ArrayList<>(List.of("--save", "", "--appendonly", "yes"));
        all.addAll(List.of(options));
        return startServer(all);
    }

    /** Watches one master by the name that is usual. */
    public static Redis startSentinel(Redis master) {
        try {
            Path file = Files.createTempFile(Files.createDirectories(Layout.work()), "sentinel-", ".conf");
            Files.writeString(file, "sentinel monitor mymaster " + Endpoint.LOOPBACK + " " + master.port() + " 1\n"
                + "sentinel down-after-milliseconds mymaster 500\nsentinel failover-timeout mymaster 2000\n");
            return startServer(List.of(file.toString(), "--sentinel"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Redis startServer(List<String> options) {
        try {
            Path directory = Files.createTempDirectory(Files.createDirectories(Layout.work()), "redis-");
            Redis redis = new Redis(Ports.freePort(), directory, options);
            redis.startAgain();
            return redis;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** After {@link #kill}. */
    public void startAgain() {
        try {
            List<String> command = new ArrayList<>(List.of(Program.PATH));
            command.addAll(options.stream().filter(option -> option.endsWith(".conf")).collect(Collectors.toList()));
            command.addAll(List.of("--bind", Endpoint.LOOPBACK, "--port", Integer.toString(port), "--dir", directory.toString()));
            command.addAll(options.stream().filter(option -> !option.endsWith(".conf")).collect(Collectors.toList()));
            process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(directory.resolve("log").toFile()).start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Awaitility.await().atMost(START_TIMEOUT).pollInterval(Duration.ofMillis(20)).until(this::isReady);
    }

    private boolean isReady() {
        if (!process.isAlive()) {
            throw new IllegalStateException("Redis has ended, see " + directory.resolve("log"));
        }
        String reply = Ports.answers(port) ? ask("PING") : "";
        return reply.startsWith("+PONG") || reply.startsWith("-NOAUTH");
    }

    /** Sends a command without a password, and returns the first line of the reply. */
    public String ask(String command) {
        try (Socket socket = new Socket(Endpoint.LOOPBACK, port)) {
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            String reply = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)).readLine();
            return reply == null ? "" : reply;
        } catch (IOException e) {
            return "";
        }
    }

    public int port() {
        return port;
    }

    public String url() {
        return "redis://" + Endpoint.LOOPBACK + ":" + port;
    }

    /** All that it has on its disk. */
    public String content() {
        try (Stream<Path> files = Files.walk(directory)) {
            StringBuilder content = new StringBuilder();
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                content.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
            return content.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connections are cut, and nobody answers any more. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
    }

    /** Unpacked once for each JVM. */
    private static final class Program {
        private static final String PATH = unpack();

        private static String unpack() {
            try {
                Path directory = Files.createTempDirectory(Files.createDirectories(Layout.work()), "redis-program-");
                return ExecutableProvider.newJarResourceProvider(directory.toFile()).get().getAbsolutePath();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
