package org.smtpguard.backend.apppassword;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.smtpguard.credential.AppPasswordRequest;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.TestWorkers;

/** A process that writes into a file of app passwords: for a user of its own, of which it revokes every second one, and for one of all. */
final class FileWriter {
    private FileWriter() {
    }

    public static void main(String[] arguments) throws Exception {
        BackendSettings settings = new BackendSettings("AppPasswordBackend", "apps", Map.of("file", arguments[0], "scram",
            "true"), Path::of);
        try (AppPasswordBackend backend = new AppPasswordBackend(settings,
            AppPasswordStores.of(settings, TestWorkers.direct(), Duration.ofSeconds(10)), Clock.systemUTC())) {
            String user = arguments[1] + "@localhost";
            for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
                String id = issue(backend, AppPasswordRequest.of(user, "Device " + i, "a test"));
                issue(backend, AppPasswordRequest.of("both@localhost", arguments[1] + i, "a test"));
                if (i % 2 == 0) {
                    backend.appPasswords().orElseThrow().revoke(user, id, "a test").toCompletableFuture().get(1, TimeUnit.MINUTES);
                }
            }
        }
        System.out.write("done\n".getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }

    private static String issue(AppPasswordBackend backend, AppPasswordRequest request) throws Exception {
        return backend.appPasswords().orElseThrow().issue(request).toCompletableFuture().get(1, TimeUnit.MINUTES).appPassword().id();
    }
}
