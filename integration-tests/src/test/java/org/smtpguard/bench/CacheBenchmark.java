package org.smtpguard.bench;

import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.smtpguard.backend.file.FileBackend;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.credential.Workers;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.WireScript;
import org.smtpguard.password.PasswordScheme;
import org.smtpguard.password.PasswordSchemes;
import org.smtpguard.resilience.Safeguarded;
import org.smtpguard.resilience.Safeguards;

/**
 * {@code mvn -Pbench verify -Dbench.main=org.smtpguard.bench.CacheBenchmark}: what a cache of verdicts saves where one user logs in
 * again and again, as a program that sends mail does.
 */
public final class CacheBenchmark {
    private static final int LOG_INS = 1_000;
    private static final String USER = "alice@localhost";
    private static final String PASSWORD = "right-password";

    private final PrintStream console;

    private CacheBenchmark(PrintStream console) {
        this.console = console;
    }

    public static void main(String[] arguments) throws IOException {
        ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
        new CacheBenchmark(new PrintStream(System.out, true, StandardCharsets.UTF_8)).run();
        System.exit(0);
    }

    private void run() throws IOException {
        console.println("| hash | cache | asked | hashes verified for 1,000 log-ins | AUTH, median, ms | AUTH, 99 %, ms |");
        console.println("|---|---|---|---|---|---|");
        PasswordScheme scheme = PasswordSchemes.standard().preferred();
        String line = USER + ":{" + scheme.name() + "}" + scheme.hash(PASSWORD.getBytes(StandardCharsets.US_ASCII)) + "\n";
        Path file = Files.createTempFile("cache-", ".users");
        try {
            Files.writeString(file, line, StandardCharsets.UTF_8);
            for (boolean cached : new boolean[] {false, true}) {
                inOneJvm(scheme, file, cached);
            }
            for (boolean cached : new boolean[] {false, true}) {
                overTheWire(scheme, line, cached);
            }
        } finally {
            Files.delete(file);
        }
        console.printf(Locale.ROOT, "%n%d cores, %s %s, %s %s%n", Runtime.getRuntime().availableProcessors(),
            System.getProperty("java.vm.name"), System.getProperty("java.runtime.version"),
            System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    private void inOneJvm(PasswordScheme scheme, Path file, boolean cached) {
        double[] micros = new double[LOG_INS];
        CountingWorkers workers = new CountingWorkers();
        BackendSettings own = new BackendSettings("FileBackend", "cached", Map.of("file", file.toString()), Path::of);
        BackendSettings around = new BackendSettings("FileBackend", "cached", cached ? Map.of("cache", "") : Map.of(), Path::of);
        try (CredentialBackend backend = Safeguarded.around(new FileBackend(own, workers), Safeguards.of(around))) {
            // Whatever was hashed at the start is no log-in.
            workers.hashes.set(0);
            for (int i = 0; i < LOG_INS; i++) {
                long start = System.nanoTime();
                CredentialResult result = backend.verify(Credentials.of(USER, Secret.of(PASSWORD))).toCompletableFuture().join();
                micros[i] = (System.nanoTime() - start) / 1e3;
                if (!result.isAccepted()) {
                    throw new AssertionError("a right password is " + result);
                }
            }
        }
        row(scheme, cached, "in one JVM", String.format(Locale.ROOT, "%,d", workers.hashes.get()), micros);
    }

    private void overTheWire(PasswordScheme scheme, String users, boolean cached) {
        JamesServer server = JamesServer.guarded()
            .withJvm()
            .withConf("smtp-users", users)
            // A greeting that waits measures patience.
            .editPort(Endpoint.SMTP, port -> port.replaceAll("<greeting [^>]*/>", ""))
            .editConf("smtpserver.xml", xml -> cached ? xml.replace("smtp-users</file>", "smtp-users</file><cache/>") : xml)
            .start();
        try {
            double[] micros = new double[LOG_INS];
            for (int i = 0; i < LOG_INS; i++) {
                micros[i] = logIn(server);
            }
            row(scheme, cached, "over the wire", "", micros);
        } finally {
            server.close();
        }
    }

    private static double logIn(JamesServer server) {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220").send("EHLO client.example").expect("250");
            long start = System.nanoTime();
            wire.send("AUTH PLAIN " + plain(USER, PASSWORD)).expect("235");
            double micros = (System.nanoTime() - start) / 1e3;
            wire.send("QUIT").expect("221");
            return micros;
        }
    }

    private void row(PasswordScheme scheme, boolean cached, String asked, String hashes, double[] micros) {
        console.printf(Locale.ROOT, "| %s | %s | %s | %s | %.3f | %.3f |%n", scheme.name(), cached ? "on" : "off", asked, hashes,
            new Percentile(50).evaluate(micros) / 1e3, new Percentile(99).evaluate(micros) / 1e3);
    }

    private static final class CountingWorkers implements Workers {
        private final AtomicInteger hashes = new AtomicInteger();

        @Override
        public WorkerPool hashing() {
            return WorkerPool.on(task -> {
                hashes.incrementAndGet();
                task.run();
            });
        }

        @Override
        public WorkerPool blocking() {
            return WorkerPool.on(Runnable::run);
        }
    }
}
