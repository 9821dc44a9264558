package org.smtpguard.backend.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Identifies a version of a file by its attributes, without reading it. Includes ctime where the file system has it:
 * {@code tar}, {@code cp -p} and {@code touch} can set mtime but not ctime. Immutable.
 */
public final class FileStamp {
    private static final String BASIC = "lastModifiedTime,size,fileKey";

    private final Map<String, Object> attributes;

    private FileStamp(Map<String, Object> attributes) {
        this.attributes = attributes;
    }

    /** Empty if the attributes cannot be read. Take it before reading the file, so that a change in between is detected. */
    public static Optional<FileStamp> of(Path file) {
        boolean unix = file.getFileSystem().supportedFileAttributeViews().contains("unix");
        try {
            return Optional.of(new FileStamp(Files.readAttributes(file, unix ? "unix:ctime," + BASIC : BASIC)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof FileStamp && attributes.equals(((FileStamp) o).attributes);
    }

    @Override
    public int hashCode() {
        return attributes.hashCode();
    }
}
