package org.smtpguard.backend.ldap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.smtpguard.it.server.LdapDirectory;
import org.smtpguard.it.server.Ports;
import org.smtpguard.it.server.SelfSigned;

/** OpenLDAP's server, as a process of its own on ports of loopback, with all that it writes below one directory. */
final class Slapd implements AutoCloseable {
    static final String ROOT = "cn=admin," + LdapDirectory.BASE;
    private static final String SCHEMES = "/etc/ldap/schema";

    private static final Path PROGRAM = Path.of("/usr/sbin/slapd");
    private static final Path MODULES = Path.of("/usr/lib/ldap");
    /** Set where all is installed: a skip would hide that something is not. */
    private static final boolean ALL_INSTALLED = Boolean.parseBoolean(System.getenv("SMTPGUARD_ALL_CLIENTS"));

    private final Path directory;
    private final int port;
    private final int tlsPort;
    private Process process;

    private Slapd(Path directory, int port, int tlsPort) {
        this.directory = directory;
        this.port = port;
        this.tlsPort = tlsPort;
    }

    /**
     * Skips the test where slapd is not installed. The service account and people may read what is theirs to read, and nobody
     * else anything; the policy is that of the entry {@code cn=policy}, for those who name it.
     *
     * @param directory empty
     * @param ldif what is in the directory, passwords as they are
     */
    static Slapd start(Path directory, SelfSigned key, String ldif) throws Exception {
        boolean installed = Files.isExecutable(PROGRAM) && Files.isDirectory(MODULES) && Files.isDirectory(Path.of(SCHEMES));
        assertThat(installed || !ALL_INSTALLED).as("slapd is installed").isTrue();
        assumeTrue(installed, "slapd is not installed");
        Path data = Files.createDirectory(directory.resolve("data"));
        Path conf = Files.write(directory.resolve("slapd.conf"), List.of(
            "include " + SCHEMES + "/core.schema",
            "include " + SCHEMES + "/cosine.schema",
            "include " + SCHEMES + "/inetorgperson.schema",
            "modulepath " + MODULES,
            "moduleload back_mdb",
            "moduleload ppolicy",
            "TLSCertificateFile " + key.certificateTo(directory.resolve("certificate.pem")),
            "TLSCertificateKeyFile " + key.keyTo(directory.resolve("key.pem")),
            "database mdb",
            "suffix " + LdapDirectory.BASE,
            "rootdn " + ROOT,
            "directory " + data,
            "overlay ppolicy",
            "ppolicy_use_lockout",
            "access to attrs=userPassword by anonymous auth by * none",
            "access to * by dn.exact=" + LdapDirectory.SERVICE + " read by self read by * none"));
        Path content = Files.writeString(directory.resolve("content.ldif"), ldif, UTF_8);
        Process filled = run(directory, "slapadd", "-f", conf.toString(), "-l", content.toString());
        assertThat(filled.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(filled.exitValue()).as(Files.readString(directory.resolve("slapadd.log"))).isZero();
        Slapd slapd = new Slapd(directory, Ports.freePort(), Ports.freePort());
        slapd.startAgain();
        return slapd;
    }

    private static Process run(Path directory, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(PROGRAM.resolveSibling(program).toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(directory.resolve(program + ".log").toFile()).start();
    }

    /** In clear text, or by STARTTLS. */
    String url() {
        return "ldap://localhost:" + port;
    }

    String tlsUrl() {
        return "ldaps://localhost:" + tlsPort;
    }

    void startAgain() throws IOException {
        // -d keeps it in the foreground, a child that can be ended.
        process = run(directory, "slapd", "-f", directory.resolve("slapd.conf").toString(), "-d", "none",
            "-h", "ldap://127.0.0.1:" + port + " ldaps://127.0.0.1:" + tlsPort);
        await().atMost(Duration.ofSeconds(60)).until(() -> answers(port) && answers(tlsPort));
    }

    private boolean answers(int port) throws IOException {
        assertThat(process.isAlive()).as("slapd runs, %s", Files.readString(directory.resolve("slapd.log"))).isTrue();
        try (Socket socket = new Socket(LdapDirectory.loopback(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Without a word to its clients. */
    void kill() {
        process.destroyForcibly();
        await().atMost(Duration.ofSeconds(60)).until(() -> !process.isAlive());
    }

    @Override
    public void close() {
        kill();
    }
}
