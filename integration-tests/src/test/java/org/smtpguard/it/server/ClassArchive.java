package org.smtpguard.it.server;

import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

import org.smtpguard.it.wire.Mailbox;
import org.smtpguard.it.wire.WireScript;

/**
 * The classes of James, parsed and verified once for all servers under test (application class-data sharing): a server then starts
 * with half the CPU time.
 *
 * <p>The build makes the archive before the integration tests ({@link #main}), with a server that has run once. Without an archive
 * servers start as usual. The JVM uses an archive only if it made it itself and the jars of James are the same; classes of
 * {@code extensions-jars/} are never in it.
 */
public final class ClassArchive {
    /** The first JVM that writes an archive of the classes of a program. */
    private static final int FIRST_JVM = 13;
    /** An archive that cannot be used is no fault of a test: nothing about it in the log of James. */
    private static final String QUIETLY = "-Xlog:disable";
    private static final long OCTETS_PER_MEGABYTE = 1_000_000;

    private ClassArchive() {
    }

    /** The arguments with which a JVM starts from the archive; none where there is no archive. */
    static List<String> arguments() {
        return !Layout.inDocker() && Files.isReadable(file()) ? List.of("-XX:SharedArchiveFile=" + file(), QUIETLY) : List.of();
    }

    /** Makes the archive, or says why there is none. Never fails. */
    public static void main(String[] arguments) {
        PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try {
            console.println(isCurrent() ? "The class archive of James is up to date." : make());
        } catch (IOException | RuntimeException | AssertionError e) {
            console.println("There is no class archive of James, so its servers start more slowly: " + e);
        }
    }

    private static boolean isCurrent() throws IOException {
        if (!Files.isReadable(file())) {
            return false;
        }
        long made = Files.getLastModifiedTime(file()).toMillis();
        return JamesHome.current().jars().stream().mapToLong(jar -> jar.toFile().lastModified()).allMatch(changed -> changed <= made);
    }

    private static String make() throws IOException {
        if (Layout.inDocker()) {
            return "There is no class archive of James: it is not for servers in containers.";
        }
        if (JamesHome.current().jvmFeature() < FIRST_JVM) {
            return "There is no class archive of James: a JVM writes one from version " + FIRST_JVM + " on.";
        }
        Files.deleteIfExists(file());
        Path written = file().resolveSibling(file().getFileName() + ".new");
        Files.deleteIfExists(written);
        try (JamesServer server = JamesServer.guarded()
            .withExtension("guice.extension.startable", "org.smtpguard.fixture.HaltOnStop")
            .addJvm("-XX:ArchiveClassesAtExit=" + written, QUIETLY)
            .start()) {
            use(server);
            // The archive is written at the end of a JVM that is not killed.
            server.stop();
        }
        Files.move(written, file(), StandardCopyOption.ATOMIC_MOVE);
        return "Wrote the class archive of James, " + Files.size(file()) / OCTETS_PER_MEGABYTE + " MB: " + file();
    }

    /** What most tests do, so that the classes for it are in the archive. */
    private static void use(JamesServer server) {
        try (WireScript wire = wire(server.submission())) {
            wire.expect("220").send("EHLO client.example").expect("250").startTls()
                .send("EHLO client.example").expect("250")
                .send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("235")
                .send("MAIL FROM:<alice@localhost>").expect("250")
                .send("RCPT TO:<bob@localhost>").expect("250")
                .send("DATA").expect("354")
                .message("Subject: classes", "", "Load them.").expect("250")
                .send("QUIT").expect("221");
        }
        Mailbox.of("bob", server.imap()).awaitSubjects(0, 1);
    }

    /** It names the JVM, since each can use its own only. */
    private static Path file() {
        return JamesHome.current().classArchive();
    }
}
