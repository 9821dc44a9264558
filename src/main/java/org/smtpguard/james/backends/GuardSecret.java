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
 * The {@link InstallationSecret} of this server, read from its file when it is first asked for, which is at the start. Ports may be
 * initialised at the same time (James 3.9): all get the same secret.
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

    /** A secret that is in no file: where no server runs. */
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

    /** @throws org.smtpguard.credential.InvalidConfigurationException if the file is there and cannot be used */
    public synchronized InstallationSecret get() {
        if (secret.isEmpty()) {
            secret = Optional.of(source.get());
        }
        return secret.get();
    }
}
