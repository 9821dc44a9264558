package org.smtpguard.backend.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

import org.smtpguard.backend.file.UserFile.HashSpan;
import org.smtpguard.backend.support.FileRewrite;
import org.smtpguard.backend.support.HashUpgrade;
import org.smtpguard.backend.support.OutdatedHash;

/**
 * Replaces hashes in a file, for {@link HashUpgrade}. A hash is written only if the stored one is still the hash that was
 * checked and no octet of the file has changed since it was read. A file modified less than {@link #SETTLED} ago is not written
 * to.
 */
final class FileHashes {
    static final Duration SETTLED = Duration.ofSeconds(2);

    private final Path file;
    private final FileRewrite rewrite;
    private final ReentrantLock writing = new ReentrantLock();
    private final Clock clock;
    /** The content last written by this object, set under {@link #writing}: complete, however recent. */
    private volatile byte[] written = {};

    FileHashes(Path file, FileRewrite rewrite, Clock clock) {
        this.file = file;
        this.clock = clock;
        this.rewrite = rewrite;
    }

    /** @param user a normalised name */
    OutdatedHash of(String user) {
        return new FileHash(user);
    }

    private boolean replace(String user, String stored, String better) throws IOException {
        writing.lock();
        try {
            boolean settled = isSettled();
            byte[] before = Files.readAllBytes(file);
            Optional<HashSpan> place = HashSpan.of(before, user).filter(now -> now.text().equals(stored));
            byte[] after = place.map(one -> one.withHash(better)).orElse(before);
            boolean replaced = place.isPresent() && (settled || MessageDigest.isEqual(before, written))
                && rewrite.replace(file, before, after);
            if (replaced) {
                written = after;
            }
            return replaced;
        } finally {
            writing.unlock();
        }
    }

    /** Whether this content is complete, as far as can be told: this object wrote it, or the file has settled. */
    boolean isComplete(byte[] content) throws IOException {
        return MessageDigest.isEqual(content, written) || isSettled();
    }

    /** A writer may not have finished: a file modified less than {@link #SETTLED} ago is treated as incomplete. */
    private boolean isSettled() throws IOException {
        Instant modified = Files.getLastModifiedTime(file).toInstant();
        return Duration.between(modified, clock.instant()).abs().compareTo(SETTLED) >= 0;
    }

    private final class FileHash implements OutdatedHash {
        private final String user;
        private volatile Optional<String> stored = Optional.empty();

        FileHash(String user) {
            this.user = user;
        }

        @Override
        public Optional<String> text() throws IOException {
            stored = HashSpan.of(Files.readAllBytes(file), user).map(HashSpan::text);
            return stored;
        }

        @Override
        public boolean replaceBy(String better) throws IOException {
            return stored.isPresent() && replace(user, stored.get(), better);
        }

        @Override
        public String describe(Throwable fault) {
            return "the file " + file + (fault instanceof AccessDeniedException ? " is read-only, or its directory is"
                : " could not be replaced (" + fault.getClass().getName() + ")")
                + ". They remain valid; give the user that runs James write permission for the file and its directory, or set"
                + " <upgrade>false</upgrade>";
        }
    }
}
