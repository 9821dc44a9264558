package org.smtpguard.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

import com.sun.management.UnixOperatingSystemMXBean;

/** Where and of what it was measured. */
final class Machine {
    private final String text;

    private Machine(String text) {
        this.text = text;
    }

    static Machine here() throws IOException {
        String commit = output("git", "describe", "--always", "--dirty", "--exclude=*");
        return new Machine(String.format(Locale.ROOT, "Commit %s. %d processors, %s %s, %s %s.", commit.isEmpty() ? "unknown" : commit,
            Runtime.getRuntime().availableProcessors(), System.getProperty("os.name"), System.getProperty("os.version"),
            System.getProperty("java.vm.name"), System.getProperty("java.runtime.version")));
    }

    private static String output(String... command) {
        try {
            Process process = new ProcessBuilder(command).directory(project().toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        } catch (IOException e) {
            return "";
        }
    }

    /** How many files a JVM may have open. */
    static long openFiles() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return system instanceof UnixOperatingSystemMXBean
            ? ((UnixOperatingSystemMXBean) system).getMaxFileDescriptorCount() : Long.MAX_VALUE;
    }

    /** The directory of the project. */
    static Path project() {
        return Path.of(System.getProperty("smtpguard.it.project", ".")).toAbsolutePath().normalize();
    }

    @Override
    public String toString() {
        return text;
    }
}
