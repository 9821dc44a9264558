package org.smtpguard.bruteforce;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * An {@link EventLog} in files of one server: failures and what is kept longer apart, so that a flood of failures removes nothing else.
 * Each is two files, of which the older is replaced when the newer has half of the limit.
 *
 * <p>Threads: lines are written on one daemon thread, which ends when idle; at most {@value #QUEUE_LIMIT} wait for it.
 */
public final class EventFile implements EventLog {
    private static final int QUEUE_LIMIT = 10_000;
    private static final int IDLE_SECONDS = 30;
    private static final String NONE_LOST = "";

    private final Segments failures;
    private final Segments lasting;
    private final Path directory;
    private final ThreadPoolExecutor writer;
    private volatile String problem = NONE_LOST;

    /**
     * @param directory created if it does not exist, for its owner only
     * @param limit of the lines of each kind
     */
    public EventFile(Path directory, int limit) {
        this.directory = directory;
        this.failures = new Segments(directory, "failures", limit);
        this.lasting = new Segments(directory, "logins", limit);
        this.writer = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE_LIMIT), task -> {
            Thread thread = new Thread(task, "smtp-guard-event-file");
            thread.setDaemon(true);
            return thread;
        }, (task, pool) -> problem = "events are lost, since " + directory + " is too slow");
        writer.allowCoreThreadTimeOut(true);
    }

    @Override
    public void open(Follower follower) {
        try (Lines first = failures.lines(); Lines second = lasting.lines()) {
            while (first.hasNext() || second.hasNext()) {
                follower.appended(first.isBefore(second) ? first.next() : second.next(), true);
            }
        } catch (IOException | UncheckedIOException e) {
            problem = directory + " cannot be read (" + e.getClass().getSimpleName() + ")";
        }
    }

    @Override
    public void append(String line, boolean isLasting) {
        writer.execute(() -> write(line, isLasting ? lasting : failures));
    }

    private void write(String line, Segments segments) {
        try {
            segments.append(line);
            problem = NONE_LOST;
        } catch (IOException e) {
            problem = directory + " cannot be written (" + e.getClass().getSimpleName() + ")";
        }
    }

    @Override
    public Optional<String> problem() {
        return Optional.of(problem).filter(text -> !text.equals(NONE_LOST));
    }

    /** Writes what waits; waits a second at most. */
    @Override
    public void close() {
        writer.shutdown();
        try {
            if (!writer.awaitTermination(1, TimeUnit.SECONDS)) {
                writer.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Used by one thread at a time. */
    private static final class Segments {
        private final Path older;
        private final Path newer;
        private final int limit;
        private int lines;

        private Segments(Path directory, String name, int limit) {
            this.older = directory.resolve(name + ".old");
            this.newer = directory.resolve(name + ".log");
            this.limit = Math.max(1, limit / 2);
        }

        Lines lines() throws IOException {
            lines = count(newer);
            return new Lines(older, newer);
        }

        private static int count(Path file) throws IOException {
            try (Lines lines = new Lines(file)) {
                int count = 0;
                for (; lines.hasNext(); count++) {
                    lines.next();
                }
                return count;
            }
        }

        void append(String line) throws IOException {
            if (lines >= limit) {
                Files.move(newer, older, StandardCopyOption.REPLACE_EXISTING);
                lines = 0;
            }
            Files.createDirectories(newer.getParent(), ownerOnly("rwx------"));
            try (FileChannel channel = FileChannel.open(newer, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                ownerOnly("rw-------"))) {
                ByteBuffer octets = StandardCharsets.UTF_8.encode(line + "\n");
                while (octets.hasRemaining()) {
                    channel.write(octets);
                }
            }
            lines++;
        }

        private FileAttribute<?>[] ownerOnly(String permissions) {
            return newer.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))}
                : new FileAttribute<?>[0];
        }
    }

    /** The lines of some files, one after another. Octets that are no UTF-8 are replaced, and make a line that the follower skips. */
    private static final class Lines implements AutoCloseable {
        private final BufferedReader reader;
        private Optional<String> next;

        Lines(Path... files) throws IOException {
            InputStream all = InputStream.nullInputStream();
            for (Path file : files) {
                if (Files.exists(file)) {
                    all = new SequenceInputStream(all, Files.newInputStream(file));
                }
            }
            reader = new BufferedReader(new InputStreamReader(all, StandardCharsets.UTF_8));
            next = Optional.ofNullable(reader.readLine());
        }

        boolean hasNext() {
            return next.isPresent();
        }

        boolean isBefore(Lines other) {
            return next.isPresent() && (other.next.isEmpty() || EventLog.time(next.get()) <= EventLog.time(other.next.get()));
        }

        String next() {
            String line = next.orElseThrow();
            try {
                next = Optional.ofNullable(reader.readLine());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return line;
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }
}
