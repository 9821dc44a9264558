package org.smtpguard.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.smtpguard.it.server.Dovecot;
import org.smtpguard.it.server.Ports;

/**
 * A Postfix of its own, which asks a Dovecot of its own, with passwords in clear text. Neither touches those of the machine. Both
 * are started by root alone.
 */
final class PostfixUnderLoad implements Server {
    private static final Path PROGRAM = Path.of("/usr/sbin/postfix");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String password;
    private InetSocketAddress address;
    private Dovecot dovecot;
    private ProcessHandle master;

    /** @param password of {@code alice@localhost} */
    PostfixUnderLoad(String password) {
        this.password = password;
    }

    static boolean canBeStarted() {
        return Files.isExecutable(PROGRAM) && Files.isExecutable(Path.of("/usr/sbin/dovecot"))
            && "root".equals(System.getProperty("user.name"));
    }

    @Override
    public void start() {
        try {
            // Not below the build: both give up their rights, and must be able to go there without them.
            Path home = Files.createTempDirectory("bench");
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
            dovecot = Dovecot.start(Files.createDirectory(home.resolve("dovecot")), password);
            address = Ports.one();
            Process starting = new ProcessBuilder(PROGRAM.toString(), "-c", layOut(home).toString(), "start")
                .redirectErrorStream(true).redirectOutput(home.resolve("output").toFile()).start();
            Path pid = home.resolve("queue/pid/master.pid");
            Awaitility.await().atMost(PATIENCE).until(() -> !starting.isAlive() && Files.exists(pid));
            master = ProcessHandle.of(Long.parseLong(Files.readString(pid).trim())).orElseThrow();
            Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop-postfix-" + master.pid()));
            Awaitility.await().atMost(PATIENCE).until(this::answers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean answers() {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            return socket.getInputStream().read() == '2';
        } catch (IOException e) {
            return false;
        }
    }

    private Path layOut(Path home) throws IOException {
        Path etc = Files.createDirectory(home.resolve("etc"));
        Path queue = Files.createDirectory(home.resolve("queue"));
        Path data = Files.createDirectory(home.resolve("data"));
        Files.setOwner(data, home.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postfix"));
        write(etc.resolve("main.cf"),
            "compatibility_level = 3.6",
            "config_directory = " + etc,
            "queue_directory = " + queue,
            "data_directory = " + data,
            "maillog_file = " + home.resolve("log"),
            "maillog_file_prefixes = " + home,
            "inet_interfaces = loopback-only",
            "inet_protocols = ipv4",
            "myhostname = localhost.example",
            "mydestination =",
            "local_recipient_maps =",
            "alias_maps =",
            "alias_database =",
            "disable_dns_lookups = yes",
            "default_process_limit = 300",
            "smtpd_peername_lookup = no",
            "smtpd_sasl_auth_enable = yes",
            "smtpd_sasl_type = dovecot",
            "smtpd_sasl_path = " + dovecot.unix().substring("unix:".length()));
        write(etc.resolve("master.cf"),
            address.getHostString() + ":" + address.getPort() + " inet n - n - - smtpd",
            "postlog   unix-dgram n - n - 1 postlogd",
            "pickup    unix  n - n 1    1 pickup",
            "cleanup   unix  n - n -    0 cleanup",
            "qmgr      unix  n - n 300  1 qmgr",
            "rewrite   unix  - - n -    - trivial-rewrite",
            "bounce    unix  - - n -    0 bounce",
            "defer     unix  - - n -    0 bounce",
            "proxymap  unix  - - n -    - proxymap",
            "error     unix  - - n -    - error",
            "retry     unix  - - n -    - error",
            "discard   unix  - - n -    - discard",
            "anvil     unix  - - n -    1 anvil");
        return etc;
    }

    private static void write(Path file, String... lines) throws IOException {
        Files.write(file, List.of(lines), StandardCharsets.US_ASCII);
    }

    @Override
    public InetSocketAddress address(int port) {
        return address;
    }

    @Override
    public List<ProcessHandle> processes() {
        return List.of(master, dovecot.process());
    }

    @Override
    public boolean isJvm() {
        return false;
    }

    /** Its processes end with their master. */
    private void stop() {
        master.destroy();
        master.onExit().orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
    }

    @Override
    public void close() {
        stop();
        dovecot.close();
    }
}
