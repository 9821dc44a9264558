package org.smtpguard.it.server;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * The published image of James, with the same configuration and jars as {@link ProcessJames} gets.
 */
final class DockerJames implements RunningJames {
    private final GenericContainer<?> container;
    /** A container that is gone tells nothing any more. */
    private String lastLog = "";

    private DockerJames(GenericContainer<?> container) {
        this.container = container;
    }

    static DockerJames start(Path home) {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            String message = "-Pdocker: no Docker engine answers here, so this was skipped and not tested against " + Layout.image();
            // A test class that aborts before its first test is reported as empty, without the reason.
            System.err.println(message);
            throw new TestAbortedException(message);
        }
        GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(Layout.image()))
            .withCopyFileToContainer(MountableFile.forHostPath(home.resolve("conf")), "/root/conf")
            .withCopyFileToContainer(MountableFile.forHostPath(home.resolve("extensions-jars")), "/root/extensions-jars")
            .withExposedPorts(Arrays.stream(Endpoint.values()).map(Endpoint::configuredPort).toArray(Integer[]::new))
            .waitingFor(Wait.forLogMessage(".*" + ProcessJames.STARTED + ".*", 1).withStartupTimeout(Duration.ofMinutes(3)));
        try {
            container.start();
        } catch (RuntimeException e) {
            String log = container.getContainerId() == null ? e.toString() : container.getLogs();
            container.stop();
            throw new StartFailure("James did not start in its container: " + e.getMessage(), log);
        }
        return new DockerJames(container);
    }

    @Override
    public InetSocketAddress address(Endpoint endpoint) {
        return new InetSocketAddress(container.getHost(), container.getMappedPort(endpoint.configuredPort()));
    }

    @Override
    public String log() {
        return container.isRunning() ? container.getLogs() : lastLog;
    }

    @Override
    public boolean isAlive() {
        return container.isRunning();
    }

    @Override
    public void stop() {
        lastLog = log();
        container.stop();
    }
}
