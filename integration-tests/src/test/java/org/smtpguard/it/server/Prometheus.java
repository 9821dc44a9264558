package org.smtpguard.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import org.smtpguard.it.web.WebAdmin;

/** A real Prometheus, in a process of its own, that reads the metrics of one server once a second. */
public final class Prometheus implements AutoCloseable {
    private static final Duration TIME_TO_STOP = Duration.ofSeconds(10);

    private final Process process;
    private final WebAdmin api;

    private Prometheus(Process process, InetSocketAddress address) {
        this.process = process;
        this.api = new WebAdmin(address);
    }

    /** Skips the test that asks where none is installed. It answers some moments later. */
    public static Prometheus reading(InetSocketAddress webAdmin, Path directory) {
        InetSocketAddress address = Ports.one();
        try {
            Path config = Files.writeString(directory.resolve("prometheus.yml"), "global: {scrape_interval: 1s}\n"
                + "scrape_configs: [{job_name: james, static_configs: [{targets: ['" + text(webAdmin) + "']}]}]\n");
            Process process = new ProcessBuilder(InstalledProgram.of("prometheus").file(), "--config.file=" + config,
                "--storage.tsdb.path=" + directory.resolve("prometheus"), "--web.listen-address=" + text(address))
                .redirectErrorStream(true).redirectOutput(directory.resolve("prometheus.log").toFile()).start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "kill-prometheus"));
            return new Prometheus(process, address);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(InetSocketAddress address) {
        return Endpoint.LOOPBACK + ":" + address.getPort();
    }

    /** The series that a query yields now. */
    public JsonNode query(String query) {
        return api.json("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8)).path("data").path("result");
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(TIME_TO_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
