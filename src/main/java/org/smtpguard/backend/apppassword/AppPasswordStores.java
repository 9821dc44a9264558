package org.smtpguard.backend.apppassword;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.smtpguard.backend.jdbc.JdbcDatabase;
import org.smtpguard.backend.support.Sideline;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.credential.Workers;

/** Opens the store that the configuration names. */
final class AppPasswordStores {
    /** Whether there are SCRAM keys. */
    static final String SCRAM = "scram";

    private static final String STORE = "store";
    private static final String FILE = "file";
    private static final String JDBC = "jdbc";
    private static final String CACHE = "cache";

    private AppPasswordStores() {
    }

    /** @throws org.smtpguard.credential.InvalidConfigurationException if an element is wrong */
    static Opened of(BackendSettings settings, Workers workers, Duration defaultLimit) {
        settings.only(Stream.concat(Stream.of(STORE, SCRAM, FILE), JdbcDatabase.elements().stream()).toArray(String[]::new));
        if (settings.has(CACHE)) {
            throw settings.fault("has <" + CACHE + ">, by which a revoked app password would go on working; remove it");
        }
        settings.flag(SCRAM);
        String kind = settings.text(STORE).orElse(FILE);
        if (kind.equals(FILE)) {
            refuse(settings, kind, JdbcDatabase.elements());
            return file(settings, workers);
        }
        if (kind.equals(JDBC)) {
            refuse(settings, kind, List.of(FILE));
            return jdbc(settings, workers, settings.timeout(defaultLimit));
        }
        throw settings.fault("has " + settings.shown(STORE) + "; it can be file or jdbc");
    }

    private static void refuse(BackendSettings settings, String kind, List<String> elements) {
        elements.stream().filter(settings::has).findFirst().ifPresent(element -> {
            throw settings.fault("has <" + element + ">, which the store " + kind + " does not use; remove it, or choose the other store"
                + " in <" + STORE + ">");
        });
    }

    private static Opened jdbc(BackendSettings settings, Workers workers, Duration limit) {
        int connections = JdbcDatabase.poolSize(settings);
        WorkerPool pool = workers.blocking(connections);
        return new Opened(new JdbcStore(settings.name(), new JdbcDatabase(settings, limit),
            new Sideline(pool, Math.max(1, connections / 2))), pool);
    }

    private static Opened file(BackendSettings settings, Workers workers) {
        Path file = settings.file(FILE);
        return new Opened(new FileStore(settings.name(), file, workers.blocking(), FileStore.WRITE_INTERVAL), workers.hashing());
    }

    /** A store and the workers to read it on. */
    static final class Opened {
        private final AppPasswordStore store;
        private final WorkerPool workers;

        Opened(AppPasswordStore store, WorkerPool workers) {
            this.store = store;
            this.workers = workers;
        }

        AppPasswordStore store() {
            return store;
        }

        WorkerPool workers() {
            return workers;
        }
    }
}
