package org.smtpguard.james.backends;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.InvalidConfigurationException;

/**
 * The file with the {@link InstallationSecret}: one line of base64, readable by its owner only. It is created at the first
 * start and never changed. If several servers start concurrently with a shared directory, the first file created is used by
 * all.
 */
final class SecretFile {
    /** Resolved by James' file system. */
    static final String URL = "file://conf/smtp-guard.secret";

    private static final Logger LOGGER = LoggerFactory.getLogger(SecretFile.class);
    /** The maximum number of octets read. */
    private static final int MAX_OCTETS = 4096;

    private final Path file;

    SecretFile(Path file) {
        this.file = file;
    }

    /**
     * The secret, created if the file does not exist. If it cannot be written, a random one is used until the next start.
     *
     * @throws InvalidConfigurationException if the file exists but cannot be used
     */
    InstallationSecret readOrCreate() {
        Optional<InstallationSecret> existing = read();
        if (existing.isPresent()) {
            return existing.get();
        }
        try {
            create();
        } catch (IOException e) {
            LOGGER.warn("{} could not be created ({}): until the next start a random secret is used. SCRAM salts of unknown users then"
                + " change at each restart and differ between the servers of a cluster, which reveals that these users do not"
                + " exist. Let James write to the directory once, or create the file: openssl rand -base64 32",
                file, e.getClass().getSimpleName());
            return InstallationSecret.random();
        }
        return read().orElseThrow(() -> fault("was removed while it was created; start James again"));
    }

    /**
     * The secret, if the file exists.
     *
     * @throws InvalidConfigurationException if it exists but cannot be used
     */
    Optional<InstallationSecret> read() {
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw fault("is not a regular file; move it away, and James creates the file at the next start");
            }
            return Optional.of(parse(content()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (AccessDeniedException e) {
            throw fault("cannot be read; give the user that runs James read permission");
        } catch (IOException e) {
            throw fault("cannot be read (" + e.getClass().getSimpleName() + "); check the file and the disk");
        }
    }

    Path path() {
        return file;
    }

    private byte[] content() throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file, StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocate(MAX_OCTETS);
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                // The condition reads.
            }
            return Arrays.copyOf(buffer.array(), buffer.position());
        }
    }

    private InstallationSecret parse(byte[] content) {
        String fix = "; copy the file of another server of this installation, or create a new secret: openssl rand -base64 32";
        byte[] secret;
        try {
            secret = Base64.getDecoder().decode(new String(content, StandardCharsets.ISO_8859_1).strip());
        } catch (IllegalArgumentException e) {
            throw fault("is not one line of base64" + fix);
        }
        if (secret.length < InstallationSecret.MIN_OCTETS) {
            throw fault("has " + secret.length + " octets; a secret needs " + InstallationSecret.MIN_OCTETS + " or more" + fix);
        }
        return InstallationSecret.of(secret);
    }

    /**
     * Writes a temporary file, then links it: no reader sees an incomplete file, and a file just created by another server is
     * kept.
     */
    private void create() throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        byte[] line = (Base64.getEncoder().encodeToString(InstallationSecret.randomOctets()) + "\n").getBytes(StandardCharsets.US_ASCII);
        try {
            try (SeekableByteChannel channel = Files.newByteChannel(draft, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                ownerOnly())) {
                ByteBuffer buffer = ByteBuffer.wrap(line);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }
            publish(draft);
            LOGGER.info("Created the key file of this installation in {}: all servers of a cluster need the same", file.getParent());
        } catch (FileAlreadyExistsException e) {
            LOGGER.debug("{} was created by another server at the same time", file);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private void publish(Path draft) throws IOException {
        try {
            Files.createLink(file, draft);
        } catch (UnsupportedOperationException e) {
            Files.move(draft, file);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException e) {
            // Some network file systems have no hard links.
            Files.move(draft, file);
        }
    }

    private FileAttribute<?>[] ownerOnly() {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))}
            : new FileAttribute<?>[0];
    }

    private InvalidConfigurationException fault(String predicate) {
        return new InvalidConfigurationException("The file " + file + " " + predicate + ".");
    }
}
