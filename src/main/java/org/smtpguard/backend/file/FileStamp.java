package org.smtpguard.backend.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What tells one version of a file from another without reading it. Where the file system has it, that includes when the file was changed
 * in whatever way (ctime): no tool can set that, while the time of the last modification is what {@code tar}, {@code cp -p} and
 * {@code touch} say. Immutable.
 */
final class FileStamp {
    private static final String BASIC = "lastModifiedTime,size,fileKey";

    private final Map<String, Object> attributes;

    private FileStamp(Map<String, Object> attributes) {
        this.attributes = attributes;
    }

    /** Empty if there is nothing to be seen. To be taken before the file is read: a change in between shows at the next look. */
    static Optional<FileStamp> of(Path file) {
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
