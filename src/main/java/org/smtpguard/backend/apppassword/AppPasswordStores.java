package org.smtpguard.backend.apppassword;

import java.nio.file.Path;
import java.time.Duration;

import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.credential.Workers;

/** Opens the store that the configuration names. */
final class AppPasswordStores {
    /** Whether there are SCRAM keys. */
    static final String SCRAM = "scram";

    private static final String STORE = "store";
    private static final String FILE = "file";
    private static final String CACHE = "cache";

    private AppPasswordStores() {
    }

    /** @throws org.smtpguard.credential.InvalidConfigurationException if an element is wrong */
    static Opened of(BackendSettings settings, Workers workers, Duration defaultLimit) {
        settings.only(STORE, SCRAM, FILE);
        if (settings.has(CACHE)) {
            throw settings.fault("has <" + CACHE + ">, by which a revoked app password would go on working; remove it");
        }
        settings.flag(SCRAM);
        String kind = settings.text(STORE).orElse(FILE);
        if (kind.equals(FILE)) {
            return file(settings, workers);
        }
        throw settings.fault("has " + settings.shown(STORE) + "; it can be file");
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
