package org.smtpguard.backend.apppassword;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.smtpguard.backend.file.FileBackend;
import org.smtpguard.credential.AppPassword;
import org.smtpguard.credential.AppPasswordRequest;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.TestWorkers;

/**
 * 100,000 app passwords in a file, and beside them as many users of a {@link FileBackend} without hashes. Holds that each is found, and
 * prints what it costs ({@code docs/development/benchmarks.md}); how long it takes fails nothing.
 */
class ManyAppPasswordsTest {
    private static final int NUMBER = 100_000;
    private static final int ROUNDS = 11;
    private static final int PER_ROUND = 5_000;

    @TempDir
    Path directory;

    @Test
    @Timeout(600)
    void eachIsFound() throws Exception {
        List<String> secrets = new ArrayList<>(NUMBER);
        Path appPasswords = appPasswords(secrets);
        Path users = users(secrets);
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try (CredentialBackend apps = new AppPasswordBackend(settings("AppPasswordBackend", "file", appPasswords), TestWorkers.on(pool));
            CredentialBackend plain = new FileBackend(settings("FileBackend", "allowPlain", users), TestWorkers.on(pool))) {
            long begin = System.nanoTime();
            assertThat(verify(apps, 0, secrets.get(0)).isAccepted()).isTrue();
            double read = millis(begin);

            begin = System.nanoTime();
            for (int i = 0; i < PER_ROUND; i++) {
                int one = (i * 7919) % NUMBER;
                assertThat(verify(apps, one, secrets.get(one)).isAccepted()).isTrue();
            }
            double each = millis(begin) / PER_ROUND;

            List<Double> ofApps = new ArrayList<>();
            List<Double> ofPlain = new ArrayList<>();
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                // Alternately first, so that neither has the warmer machine.
                double first = rate(round % 2 == 0 ? apps : plain, secrets);
                double second = rate(round % 2 == 0 ? plain : apps, secrets);
                ofApps.add(round % 2 == 0 ? first : second);
                ofPlain.add(round % 2 == 0 ? second : first);
                ratios.add(ofApps.get(round) / ofPlain.get(round));
            }
            System.out.println(String.format(Locale.ROOT, "%d app passwords: read in %.0f ms; one log-in %.3f ms; log-ins a second, median"
                + " of %d paired rounds: AppPasswordBackend %.0f, FileBackend without hash %.0f, ratio %.2f (%.2f to %.2f)", NUMBER, read,
                each, ROUNDS, median(ofApps), median(ofPlain), median(ratios), Collections.min(ratios), Collections.max(ratios)));
        } finally {
            pool.shutdownNow();
        }
    }

    /** Log-ins a second, 100 of them under way at a time. */
    private static double rate(CredentialBackend backend, List<String> secrets) throws Exception {
        long begin = System.nanoTime();
        List<CompletableFuture<CredentialResult>> underWay = new ArrayList<>();
        for (int i = 0; i < PER_ROUND; i++) {
            int one = (i * 104_729) % NUMBER;
            underWay.add(backend.verify(credentials(one, secrets.get(one))).toCompletableFuture());
            if (underWay.size() == 100) {
                for (CompletableFuture<CredentialResult> each : underWay) {
                    assertThat(each.get(1, TimeUnit.MINUTES).isAccepted()).isTrue();
                }
                underWay.clear();
            }
        }
        return PER_ROUND * 1000 / millis(begin);
    }

    private static double millis(long begin) {
        return (System.nanoTime() - begin) / 1_000_000.0;
    }

    private static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    private static CredentialResult verify(CredentialBackend backend, int user, String secret) throws Exception {
        return backend.verify(credentials(user, secret)).toCompletableFuture().get(1, TimeUnit.MINUTES);
    }

    private static Credentials credentials(int user, String secret) {
        return Credentials.of(name(user), Secret.of(secret)).from(Origin.of("PLAIN", Optional.of("192.0.2.7"), Optional.empty(), true));
    }

    private static String name(int user) {
        return "user" + user + "@example.org";
    }

    private static BackendSettings settings(String type, String element, Path file) {
        Map<String, String> elements = element.equals("file") ? Map.of("file", file.toString())
            : Map.of("file", file.toString(), element, "true");
        return new BackendSettings(type, "many", elements, Path::of);
    }

    private Path appPasswords(List<String> secrets) throws IOException {
        SecureRandom random = new SecureRandom();
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        return write("app-passwords", FileContent.HEADER + "\n", user -> {
            AppPasswordSecret secret = AppPasswordSecret.generate(random);
            secrets.add(secret.grouped());
            AppPassword info = AppPassword.of("id" + user, AppPasswordRequest.of(name(user), "Phone", "a test")
                .sendingAs(List.of(name(user))), now);
            return AppPasswordLine.of(new StoredAppPassword(info, secret.hash(), Optional.empty()));
        });
    }

    private Path users(List<String> secrets) throws IOException {
        return write("smtp-users", "", user -> name(user) + ":{PLAIN}" + secrets.get(user));
    }

    private Path write(String name, String header, IntFunction<String> line) throws IOException {
        StringBuilder text = new StringBuilder(header);
        for (int user = 0; user < NUMBER; user++) {
            text.append(line.apply(user)).append('\n');
        }
        return Files.write(directory.resolve(name), text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
