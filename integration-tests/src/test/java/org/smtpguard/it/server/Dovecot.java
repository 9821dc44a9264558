package org.smtpguard.it.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.smtpguard.it.wire.Sent;

/**
 * A real Dovecot with its auth service alone, from Debian's dovecot-core, below a directory of its own. The service listens on
 * loopback and on a Unix socket. It can be stopped and started again.
 *
 * <p>It knows {@code alice@localhost} and {@code carol@localhost}; {@code dave@localhost} may not log in, {@code erin@localhost} is
 * disabled, users {@code @broken.example} are asked of a database that fails, and {@code gina@localhost} is to be proxied. All have
 * the password of {@link #start}.
 */
public final class Dovecot implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/dovecot");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Set where all that the tests can use is installed: a skip would hide that it is not. */
    private static final boolean ALL_INSTALLED = Boolean.parseBoolean(System.getenv("SMTPGUARD_ALL_CLIENTS"));

    private final Path home;
    private final int port;
    private Process process;

    private Dovecot(Path home, int port) {
        this.home = home;
        this.port = port;
    }

    /** Starts one, or skips the test where there is none that can be started. Unix sockets have short paths: so should the home. */
    public static Dovecot start(Path home, String password) throws IOException {
        boolean startable = Files.isExecutable(PROGRAM) && "root".equals(System.getProperty("user.name"));
        if (ALL_INSTALLED) {
            assertThat(startable).as("Dovecot is installed, and may be started").isTrue();
        }
        assumeTrue(startable, "Dovecot is not installed, or is not ours to start: only root may");
        Dovecot dovecot = new Dovecot(home, Ports.freePort());
        dovecot.layOut(Sent.password(password));
        dovecot.start();
        return dovecot;
    }

    private void layOut(String password) throws IOException {
        // Its auth service runs as a user of its own, to whom temporary directories are closed.
        for (Path directory = home; !Files.isReadable(directory) || directory.equals(home); directory = directory.getParent()) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        write("users", String.join("\n",
            "alice@localhost:{PLAIN}" + password,
            "carol@localhost:{SSHA256}" + salted(password),
            "dave@localhost:{PLAIN}" + password + "::::::nologin",
            "erin@localhost:{PLAIN}" + password,
            "gina@localhost:::::::nopassword=y proxy=y host=127.0.0.1") + "\n");
        write("disabled", "erin@localhost:\n");
        Path broken = write("broken", "#!/bin/sh\nexit 111\n");
        Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwxr-xr-x"));
        write("dovecot.conf", String.join("\n",
            "base_dir = " + home.resolve("run"),
            "state_dir = " + home.resolve("run"),
            "log_path = " + home.resolve("log"),
            "ssl = no",
            "protocols =",
            "listen = " + Endpoint.LOOPBACK,
            "auth_mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256",
            // A refusal would take 2 s, and the tests have many.
            "auth_failure_delay = 0",
            "auth_verbose = yes",
            "passdb {", "driver = passwd-file", "deny = yes", "args = " + home.resolve("disabled"), "}",
            "passdb {", "driver = checkpassword", "args = " + broken, "username_filter = *@broken.example", "}",
            "passdb {", "driver = passwd-file", "args = " + home.resolve("users"), "}",
            "userdb {", "driver = static", "args = uid=dovenull gid=dovenull home=/nonexistent", "}",
            "service auth {",
            "unix_listener auth-client {", "mode = 0666", "}",
            "inet_listener {", "address = " + Endpoint.LOOPBACK, "port = " + port, "}", "}",
            "service anvil {", "unix_listener anvil-auth-penalty {", "mode = 0", "}", "}") + "\n");
    }

    private Path write(String file, String content) throws IOException {
        Path path = Files.writeString(home.resolve(file), content, StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
        return path;
    }

    /** Another scheme than the first user's; only one that keeps the password can do CRAM-MD5. */
    private static String salted(String password) {
        try {
            byte[] salt = "salt".getBytes(StandardCharsets.US_ASCII);
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(password.getBytes(StandardCharsets.UTF_8));
            byte[] sum = digest.digest(salt);
            byte[] whole = Arrays.copyOf(sum, sum.length + salt.length);
            System.arraycopy(salt, 0, whole, sum.length, salt.length);
            return Base64.getEncoder().encodeToString(whole);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts it again, where it listened before. */
    public void start() throws IOException {
        process = new ProcessBuilder(PROGRAM.toString(), "-F", "-c", home.resolve("dovecot.conf").toString())
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("output").toFile())
            .start();
        Process started = process;
        Runtime.getRuntime().addShutdownHook(new Thread(started::destroy, "stop-dovecot-" + started.pid()));
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!Ports.answers(port)) {
            if (exitsWithin(Duration.ofMillis(20)) || Instant.now().isAfter(deadline)) {
                stop();
                throw new IOException("Dovecot did not start: " + Files.readString(home.resolve("output")) + log());
            }
        }
    }

    /** Returns when it is gone, with all its processes. In good order it would go on to serve those who are connected. */
    public void stop() {
        List<ProcessHandle> children = process.descendants().collect(Collectors.toList());
        process.destroy();
        children.forEach(ProcessHandle::destroyForcibly);
        exitsWithin(PATIENCE);
        children.forEach(child -> child.onExit().orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join());
    }

    private boolean exitsWithin(Duration time) {
        try {
            return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new IllegalStateException("interrupted while waiting for Dovecot", e);
        }
    }

    /** As it stands in {@code <address>}. */
    public String tcp() {
        return Endpoint.LOOPBACK + ":" + port;
    }

    /** As it stands in {@code <address>}. */
    public String unix() {
        return "unix:" + home.resolve("run").resolve("auth-client");
    }

    /** Of its auth service, on loopback. */
    public int port() {
        return port;
    }

    /** The one that the others are children of. */
    public ProcessHandle process() {
        return process.toHandle();
    }

    /** What it has logged so far. */
    public String log() throws IOException {
        Path log = home.resolve("log");
        return Files.exists(log) ? Files.readString(log, StandardCharsets.ISO_8859_1) : "";
    }

    @Override
    public void close() {
        stop();
    }
}
