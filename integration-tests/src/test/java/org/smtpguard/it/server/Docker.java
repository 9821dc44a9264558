package org.smtpguard.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import org.opentest4j.TestAbortedException;

/**
 * The program {@code docker}, which reaches whatever engine it is configured for ({@code DOCKER_HOST}). Its engine has to run on this
 * machine: containers mount directories of it.
 */
final class Docker {
    private static final String PROGRAM = "docker";
    /** Of the network that containers are in by default: as clients of this machine reach a published port through it. */
    private static final String GATEWAY = "{{range .IPAM.Config}}{{or .Gateway .Subnet}}{{end}}";
    /** An engine that has just made this network names no gateway yet. It is the first address. */
    private static final Pattern SUBNET = Pattern.compile("\\.0/\\d+$");

    private Docker() {
    }

    /** Skips the test that asks where no engine answers. */
    static void requireEngine() {
        if (!Engine.ANSWERS) {
            String message = "-Pdocker: no Docker engine answers here, so this was skipped and not tested against " + Layout.image();
            // A test class that aborts before its first test is reported as empty, without the reason.
            System.err.println(message);
            throw new TestAbortedException(message);
        }
    }

    /** Here and not where it is asked for: the demo has no class of JUnit. */
    static void assumeNoContainer(String need) {
        if (Layout.inDocker()) {
            throw new TestAbortedException("not for servers in containers: " + need);
        }
    }

    /** The address that a server in a container sees clients of this machine come from. */
    static String gateway() {
        requireEngine();
        return SUBNET.matcher(run("network", "inspect", "--format", GATEWAY, "bridge")).replaceFirst(".1");
    }

    /**
     * The arguments of a container in the foreground, which is gone when it ends. Its ports are published on loopback alone. It has no name
     * server: James looks up the name of each client, and waits half a minute for one that does not answer.
     */
    static List<String> container(String name, Map<String, String> environment, Map<String, String> mounts, Map<Integer, Integer> ports) {
        List<String> command = new ArrayList<>(List.of(PROGRAM, "run", "--rm", "--name", name, "--dns", Endpoint.LOOPBACK));
        environment.forEach((variable, value) -> command.addAll(List.of("--env", variable + "=" + value)));
        mounts.forEach((here, there) -> command.addAll(List.of("--volume", here + ":" + there)));
        ports.forEach((here, there) -> command.addAll(List.of("--publish", Endpoint.LOOPBACK + ":" + here + ":" + there)));
        command.add(Layout.image());
        return command;
    }

    /** Ends a container at once. Does nothing where it has ended already. */
    static void kill(String name) {
        try {
            start("kill", name).waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String run(String... arguments) {
        try {
            Process process = start(arguments);
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
            if (process.waitFor() != 0) {
                throw new IllegalStateException(PROGRAM + " " + String.join(" ", arguments) + " says " + said);
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + PROGRAM, e);
        }
    }

    private static Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(PROGRAM));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Asked once. */
    private static final class Engine {
        private static final boolean ANSWERS = answers();

        private static boolean answers() {
            try {
                run("version", "--format", "{{.Server.Version}}");
                return true;
            } catch (UncheckedIOException | IllegalStateException e) {
                return false;
            }
        }
    }
}
