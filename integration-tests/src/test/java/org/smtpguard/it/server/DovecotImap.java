package org.smtpguard.it.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real Dovecot with a configuration of its own, on loopback, that knows one user. */
public final class DovecotImap implements AutoCloseable {
    /** Set where all peers are installed: a skip would hide that this one is not. */
    private static final boolean ALL_INSTALLED = Boolean.parseBoolean(System.getenv("SMTPGUARD_ALL_CLIENTS"));

    private final Process process;
    private final Path log;
    private final int imap;
    private final int imaps;

    private DovecotImap(Process process, Path log, int imap, int imaps) {
        this.process = process;
        this.log = log;
        this.imap = imap;
        this.imaps = imaps;
    }

    /**
     * One port for IMAP and STARTTLS and one for IMAPS. Wrong passwords cost nothing, as docs/backends/imap.md has it. Skips the test
     * where there is no Dovecot 2.3, whose configuration this is.
     */
    public static DovecotImap withTls(Path directory, SelfSigned certificate, String user, String password) throws Exception {
        certificate.certificateTo(directory.resolve("certificate.pem"));
        certificate.keyTo(directory.resolve("key.pem"));
        return start(directory, user, password, true,
            "ssl = yes",
            "ssl_cert = <" + directory + "/certificate.pem",
            "ssl_key = <" + directory + "/key.pem",
            "auth_failure_delay = 0",
            "service anvil {", "  chroot =", "  unix_listener anvil-auth-penalty {", "    mode = 0", "  }", "}");
    }

    /**
     * One port for IMAP in clear text. Delays each refusal by 2 s, and the log-ins of an address that has sent wrong passwords by up to
     * 15 s, as Dovecot does by default. Skips the test as {@link #withTls} does.
     */
    public static DovecotImap withPenalties(Path directory, String user, String password) throws Exception {
        return start(directory, user, password, false, "ssl = no", "service anvil {", "  chroot =", "}");
    }

    private static DovecotImap start(Path directory, String user, String password, boolean tls, String... settings) throws Exception {
        boolean installed = isInstalled();
        if (ALL_INSTALLED) {
            assertThat(installed).as("Dovecot 2.3, which is to be installed here").isTrue();
        }
        assumeTrue(installed, "dovecot-imapd 2.3 is not installed");
        boolean isRoot = "root".equals(System.getProperty("user.name"));
        // Dovecot gives its rights away, and what is not root can only keep its own.
        String owner = isRoot ? "nobody" : command("id", "-un");
        String group = isRoot ? "nogroup" : command("id", "-gn");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(Files.createDirectories(directory.resolve("mail")), PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(directory.resolve("users"), user + ":{PLAIN}" + password + "\n");
        int imap = Ports.freePort();
        int imaps = Ports.freePort();
        List<String> lines = new ArrayList<>(List.of(
            "base_dir = " + directory + "/run",
            "state_dir = " + directory + "/state",
            "log_path = " + directory + "/dovecot.log",
            "protocols = imap",
            "listen = 127.0.0.1",
            "default_internal_user = " + (isRoot ? "dovecot" : owner),
            "default_internal_group = " + (isRoot ? "dovecot" : group),
            "default_login_user = " + (isRoot ? "dovenull" : owner),
            "first_valid_uid = 1",
            "disable_plaintext_auth = no",
            "auth_mechanisms = plain login",
            "mail_location = maildir:" + directory + "/mail/%u",
            "passdb {", "  driver = passwd-file", "  args = " + directory + "/users", "}",
            "userdb {", "  driver = static", "  args = uid=" + owner + " gid=" + group + " home=" + directory + "/mail/%u", "}",
            "service imap-login {", "  chroot =",
            "  inet_listener imap {", "    port = " + imap, "  }",
            "  inet_listener imaps {", "    port = " + (tls ? imaps : 0), "    ssl = yes", "  }", "}",
            "service stats {", "  chroot =", "}"));
        lines.addAll(List.of(settings));
        Path configuration = Files.writeString(directory.resolve("dovecot.conf"), String.join("\n", lines) + "\n");
        Process process = new ProcessBuilder(executable("dovecot"), "-F", "-c", configuration.toString())
            .redirectErrorStream(true).redirectOutput(directory.resolve("output").toFile()).start();
        DovecotImap dovecot = new DovecotImap(process, directory.resolve("dovecot.log"), imap, imaps);
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "stop-dovecot"));
        try {
            await("Dovecot, see " + directory).atMost(60, TimeUnit.SECONDS)
                .until(() -> !process.isAlive() || (answers(imap) && (!tls || answers(imaps))));
            assertThat(process.isAlive()).as(() -> dovecot.log() + output(directory)).isTrue();
            return dovecot;
        } catch (RuntimeException | Error e) {
            dovecot.close();
            throw e;
        }
    }

    public String imap() {
        return "127.0.0.1:" + imap;
    }

    public String imaps() {
        return "127.0.0.1:" + imaps;
    }

    public String log() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }

    private static String output(Path directory) {
        try {
            return Files.readString(directory.resolve("output"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static boolean isInstalled() throws Exception {
        return !executable("dovecot").isEmpty() && Files.exists(Path.of("/usr/lib/dovecot/imap-login"))
            && command(executable("dovecot"), "--version").startsWith("2.3.");
    }

    /** Debian has it where a user's path may not lead. */
    private static String executable(String name) {
        return Stream.of("/usr/sbin", "/usr/local/sbin").map(directory -> Path.of(directory, name)).filter(Files::isExecutable)
            .findFirst().map(Path::toString).orElse("");
    }

    private static String command(String... command) throws Exception {
        Process process = new ProcessBuilder(List.of(command)).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
