package org.smtpguard.james.backends;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.filesystem.api.FileSystem;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.LocalUsers;
import org.smtpguard.credential.Workers;
import org.smtpguard.james.event.GuardMetrics;
import org.smtpguard.james.event.LogFlush;
import org.smtpguard.resilience.BackendStatus;
import org.smtpguard.resilience.Safeguarded;
import org.smtpguard.resilience.Safeguards;

/**
 * The backends of all ports, each wrapped in its safeguards. Ports that configure the same backend with equal settings share
 * one; it is closed when the last of them releases it.
 *
 * <p>Threads: thread-safe, since James 3.9 initialises ports concurrently. The lock is held while a backend is created, which
 * happens only at startup.
 */
@Singleton
public final class Backends {
    private static final String PACKAGE = "org.smtpguard.backend.";
    private static final String SUFFIX = "Backend";
    /** As in the warnings of the log. */
    private static final Duration EXPIRING = Duration.ofDays(7);

    private final FileSystem fileSystem;
    private final GuardPools pools;
    private final LocalUsers users;
    private final GuardMetrics metrics;
    private final LogFlush flush = new LogFlush();
    private final GuardSecret secret;
    private final Map<String, Shared> byName = new TreeMap<>();

    @Inject
    public Backends(FileSystem fileSystem, GuardPools pools, LocalUsers users, GuardMetrics metrics, GuardSecret secret) {
        this.fileSystem = fileSystem;
        this.pools = pools;
        this.users = users;
        this.metrics = metrics;
        this.secret = secret;
    }

    /**
     * The backend with these settings, created if no port has configured it yet. Release it with {@link #release}.
     *
     * @throws InvalidConfigurationException if its class or settings are invalid, or another backend has the same name
     */
    public synchronized Safeguarded acquire(BackendSettings settings) {
        Shared shared = byName.get(settings.name());
        if (shared != null && !shared.settings.equals(settings)) {
            throw settings.fault("has the same name as another backend with other settings; give each a unique name");
        }
        if (shared == null) {
            shared = create(settings);
            byName.put(settings.name(), shared);
            metrics.backend(settings.name(), () -> named(settings.name()).map(Safeguarded::status));
            if (shared.backend.appPasswords().isPresent()) {
                metrics.expiring(settings.name(), () -> expiring(settings.name()));
            }
        }
        shared.users++;
        return shared.backend;
    }

    public synchronized void release(CredentialBackend backend) {
        Shared shared = byName.get(backend.name());
        if (shared != null && --shared.users == 0) {
            byName.remove(backend.name());
            shared.backend.close();
            shared.workers.close();
        }
    }

    /**
     * The secret of this installation.
     *
     * @throws InvalidConfigurationException if its file cannot be used
     */
    public InstallationSecret secret() {
        return secret.get();
    }

    /** The file for a URL such as {@code file://conf/x}, as James resolves it. */
    public Path file(String url) {
        try {
            return fileSystem.getFile(url).toPath();
        } catch (FileNotFoundException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All backends, sorted by name. */
    public synchronized List<Safeguarded> all() {
        return byName.values().stream().map(shared -> shared.backend).collect(Collectors.toUnmodifiableList());
    }

    /** The current status of each backend, sorted by name. */
    public List<BackendStatus> status() {
        return all().stream().map(Safeguarded::status).collect(Collectors.toUnmodifiableList());
    }

    private synchronized long expiring(String name) {
        return Optional.ofNullable(byName.get(name)).flatMap(shared -> shared.backend.appPasswords())
            .map(passwords -> passwords.expiringBefore(Instant.now().plus(EXPIRING))).orElse(0L);
    }

    private synchronized Optional<Safeguarded> named(String name) {
        return Optional.ofNullable(byName.get(name)).map(shared -> shared.backend);
    }

    private Shared create(BackendSettings settings) {
        Safeguards safeguards = Safeguards.of(settings);
        BackendWorkers workers = pools.workersOf(settings.name(), safeguards.concurrency(), safeguards.queue());
        try {
            return new Shared(settings, Safeguarded.around(create(settings, workers), safeguards,
                verdict -> metrics.time(settings.name(), verdict)).afterHealthLine(flush::soon), workers);
        } catch (RuntimeException e) {
            workers.close();
            throw e;
        }
    }

    private CredentialBackend create(BackendSettings settings, Workers workers) {
        try {
            return create(load(settings), settings, workers);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof InvalidConfigurationException) {
                throw (InvalidConfigurationException) e.getCause();
            }
            throw new InvalidConfigurationException(settings.fault("could not be created").getMessage(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw settings.fault("is a class without a public constructor (BackendSettings, Workers)");
        }
    }

    private CredentialBackend create(Class<? extends CredentialBackend> type, BackendSettings settings, Workers workers)
        throws ReflectiveOperationException {
        try {
            return type.getConstructor(BackendSettings.class, Workers.class, LocalUsers.class).newInstance(settings, workers, users);
        } catch (NoSuchMethodException e) {
            return type.getConstructor(BackendSettings.class, Workers.class).newInstance(settings, workers);
        }
    }

    /** Whether backends of that class query James' own users, which only a running server has. */
    public static boolean needsLocalUsers(String type) {
        try {
            Class<?> backend = Class.forName(className(type), false, Backends.class.getClassLoader());
            return Stream.of(backend.getConstructors())
                .anyMatch(one -> List.of(one.getParameterTypes()).equals(List.of(BackendSettings.class, Workers.class, LocalUsers.class)));
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** A class without a package is in {@code org.smtpguard.backend.<kind>}: {@code LdapBackend} is in {@code backend.ldap}. */
    private static String className(String type) {
        if (type.indexOf('.') >= 0 || !type.endsWith(SUFFIX)) {
            return type;
        }
        String kind = type.substring(0, type.length() - SUFFIX.length()).toLowerCase(Locale.ROOT);
        return PACKAGE + kind + "." + type;
    }

    private static Class<? extends CredentialBackend> load(BackendSettings settings) {
        String name = className(settings.type());
        try {
            // James loads all of extensions-jars/ with one class loader.
            Class<?> found = Class.forName(name, true, Backends.class.getClassLoader());
            if (!CredentialBackend.class.isAssignableFrom(found)) {
                throw settings.fault("names a class that is not a " + CredentialBackend.class.getName());
            }
            return found.asSubclass(CredentialBackend.class);
        } catch (ClassNotFoundException e) {
            throw settings.fault("names a class that is not on the class path; a custom class needs its full name, and its jar in"
                + " extensions-jars/");
        }
    }

    private static final class Shared {
        private final BackendSettings settings;
        private final Safeguarded backend;
        private final BackendWorkers workers;
        private int users;

        private Shared(BackendSettings settings, Safeguarded backend, BackendWorkers workers) {
            this.settings = settings;
            this.backend = backend;
            this.workers = workers;
        }
    }
}
