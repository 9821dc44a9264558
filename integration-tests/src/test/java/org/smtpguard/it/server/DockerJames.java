package org.smtpguard.it.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * James in a container of the published image, or of one that is built like it: with the same configuration and jars as
 * {@link ProcessJames} has, mounted as an operator would mount them.
 */
final class DockerJames implements RunningJames {
    private static final AtomicInteger STARTED = new AtomicInteger();

    private final String name;
    /** The program {@code docker run}: it writes what James writes, passes signals on, and ends when James does. */
    private final ProcessJames client;

    private DockerJames(String name, ProcessJames client) {
        this.name = name;
        this.client = client;
    }

    static DockerJames start(Path home, Ports ports, List<Integer> morePorts, List<String> jvmArguments) throws IOException {
        Docker.requireEngine();
        String name = "smtpguard-" + ProcessHandle.current().pid() + "-" + STARTED.incrementAndGet();
        Map<Integer, Integer> published = new TreeMap<>();
        for (Endpoint endpoint : Endpoint.values()) {
            published.put(ports.of(endpoint), endpoint.configuredPort());
        }
        morePorts.forEach(port -> published.put(port, port));
        List<String> command = Docker.container(name,
            Map.of("JAVA_TOOL_OPTIONS", ProcessJames.HEAP + " " + String.join(" ", jvmArguments)),
            Map.of(home.resolve("conf").toString(), "/root/conf",
                home.resolve("extensions-jars").toString(), "/root/extensions-jars:ro"),
            published);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> Docker.kill(name), "kill-" + name));
        try {
            return new DockerJames(name, ProcessJames.start(home, ports, command));
        } catch (StartFailure e) {
            Docker.kill(name);
            throw e;
        }
    }

    @Override
    public InetSocketAddress address(Endpoint endpoint) {
        return client.address(endpoint);
    }

    @Override
    public String log() {
        return client.log();
    }

    @Override
    public boolean isAlive() {
        return client.isAlive();
    }

    @Override
    public void stop() {
        client.stop();
        Docker.kill(name);
    }

    @Override
    public void kill() {
        Docker.kill(name);
        client.kill();
    }
}
