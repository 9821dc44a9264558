package org.smtpguard.james.backends;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.filesystem.api.FileSystem;
import org.smtpguard.credential.InstallationSecret;

/**
 * The {@link InstallationSecret} of this server, read from its file on first use, at startup.
 *
 * <p>Threads: thread-safe, since James 3.9 initialises ports concurrently.
 */
@Singleton
public final class GuardSecret {
    private final Supplier<InstallationSecret> source;
    private Optional<InstallationSecret> secret = Optional.empty();

    @Inject
    public GuardSecret(FileSystem fileSystem) {
        this(() -> new SecretFile(path(fileSystem)).readOrCreate());
    }

    private GuardSecret(Supplier<InstallationSecret> source) {
        this.source = source;
    }

    /** A secret that is not stored, for use without a server. */
    public static GuardSecret random() {
        return new GuardSecret(InstallationSecret::random);
    }

    private static Path path(FileSystem fileSystem) {
        try {
            return fileSystem.getFile(SecretFile.URL).toPath();
        } catch (FileNotFoundException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws org.smtpguard.credential.InvalidConfigurationException if the file exists but cannot be used */
    public synchronized InstallationSecret get() {
        if (secret.isEmpty()) {
            secret = Optional.of(source.get());
        }
        return secret.get();
    }
}
