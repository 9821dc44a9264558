package org.smtpguard.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A real nginx with one server, in a process of its own. */
public final class Nginx implements AutoCloseable {
    private static final long SECONDS_TO_STOP = 10;

    private final Process process;

    private Nginx(Process process) {
        this.process = process;
    }

    /**
     * Starts one; it answers some moments later. Skips the test that asks where none is installed.
     *
     * @param server the block, with its port
     */
    public static Nginx with(String server, Path directory) {
        try {
            Path configuration = Files.writeString(directory.resolve("nginx.conf"), "daemon off; pid " + directory.resolve("pid") + ";"
                + " error_log " + directory.resolve("error.log") + "; worker_processes 1; events { worker_connections 64; }\nhttp {"
                + " access_log off; client_body_temp_path " + directory.resolve("body") + "; proxy_temp_path " + directory.resolve("proxy")
                + "; fastcgi_temp_path " + directory.resolve("fastcgi") + "; uwsgi_temp_path " + directory.resolve("uwsgi")
                + "; scgi_temp_path " + directory.resolve("scgi") + ";\n" + server + "\n}\n");
            Process process = new ProcessBuilder(InstalledProgram.of("nginx").file(), "-c", configuration.toString(), "-e",
                directory.resolve("error.log").toString()).redirectErrorStream(true)
                .redirectOutput(directory.resolve("output.txt").toFile()).start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "kill-nginx"));
            return new Nginx(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it can listen. */
    public static InetSocketAddress place() {
        return Ports.one();
    }

    /** Whether it accepts its configuration, and goes on. */
    public boolean isRunning() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(SECONDS_TO_STOP, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
