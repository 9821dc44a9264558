package org.smtpguard.backend.support;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces a file atomically and durably: a new file in the same directory is synced to disk and renamed over the old one, so a
 * reader sees either version completely, also after a loss of power. A file that has changed since it was read is not replaced.
 */
public class FileRewrite {
    private static final Logger LOGGER = LoggerFactory.getLogger(FileRewrite.class);
    private static final Set<PosixFilePermission> WRITE =
        EnumSet.of(PosixFilePermission.OWNER_WRITE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    /**
     * @param file may be a symbolic link; what it points to is replaced
     * @param before the content that the file must have to be replaced
     * @return whether the file now holds {@code after}; if not, another process has changed it
     * @throws AccessDeniedException if the file is read-only, even if the directory allows a rename
     */
    public boolean replace(Path file, byte[] before, byte[] after) throws IOException {
        return replace(file, target -> same(before, Files.readAllBytes(target)), after);
    }

    /**
     * The same for a caller that knows in another way whether the file is still the one that it has read.
     *
     * @param isUnchanged asked directly before the file is replaced
     */
    public boolean replace(Path file, Check isUnchanged, byte[] after) throws IOException {
        Path target = file.toRealPath();
        refuseReadOnly(target);
        Path fresh = write(target, after);
        try {
            if (!isUnchanged.of(target)) {
                return false;
            }
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
        syncDirectory(target.toAbsolutePath().getParent());
        return true;
    }

    private static void refuseReadOnly(Path target) throws IOException {
        // Root may write in spite of the permissions, but the operator has made the file read-only.
        PosixFileAttributeView posix = Files.getFileAttributeView(target, PosixFileAttributeView.class);
        boolean writable = posix == null || posix.readAttributes().permissions().stream().anyMatch(WRITE::contains);
        if (!writable || !Files.isWritable(target)) {
            throw new AccessDeniedException(target.toString());
        }
    }

    /** Visible to tests, which change the file after this. */
    protected Path write(Path target, byte[] content) throws IOException {
        PosixFileAttributeView posix = Files.getFileAttributeView(target, PosixFileAttributeView.class);
        FileAttribute<?>[] ownerOnly = posix == null ? new FileAttribute<?>[0]
            : new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))};
        Path fresh = Files.createTempFile(target.toAbsolutePath().getParent(), "." + target.getFileName() + ".", ".new", ownerOnly);
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            for (ByteBuffer buffer = ByteBuffer.wrap(content); buffer.hasRemaining();) {
                channel.write(buffer);
            }
            if (posix != null) {
                copyAttributes(fresh, posix.readAttributes());
            }
            channel.force(true);
            return fresh;
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(fresh);
            throw e;
        }
    }

    private static void copyAttributes(Path fresh, PosixFileAttributes old) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
        PosixFileAttributes now = view.readAttributes();
        Set<PosixFilePermission> permissions = EnumSet.copyOf(old.permissions());
        if (!now.group().equals(old.group())) {
            try {
                view.setGroup(old.group());
            } catch (IOException e) {
                // Another group must not get this group's permissions.
                LOGGER.debug("The group of {} cannot be kept: {}", fresh, e.getClass().getName());
                permissions.removeAll(PosixFilePermissions.fromString("---rwx---"));
            }
        }
        if (!now.owner().equals(old.owner())) {
            try {
                view.setOwner(old.owner());
            } catch (IOException e) {
                LOGGER.debug("The owner of {} cannot be kept: {}", fresh, e.getClass().getName());
            }
        }
        view.setPermissions(permissions);
    }

    private static void syncDirectory(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Not possible on Windows: there, durability of the rename depends on the file system.
            LOGGER.debug("The directory {} cannot be synchronised: {}", directory, e.getClass().getName());
        }
    }

    private static boolean same(byte[] one, byte[] other) {
        return MessageDigest.isEqual(one, other);
    }

    /** Whether a file has not changed. */
    public interface Check {
        boolean of(Path file) throws IOException;
    }
}
