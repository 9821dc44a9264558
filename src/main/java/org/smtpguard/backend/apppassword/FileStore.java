package org.smtpguard.backend.apppassword;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.backend.support.FileRewrite;
import org.smtpguard.backend.support.FileStamp;
import org.smtpguard.backend.support.LastingProblem;
import org.smtpguard.credential.AppPassword;
import org.smtpguard.credential.AppPasswordUse;
import org.smtpguard.credential.KeyShape;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.WorkerPool;

/**
 * App passwords in one file. Each change replaces the file as a whole ({@link FileRewrite}), under a lock that all processes respect: a
 * second file, {@code <file>.lock}, which is never replaced. Each read looks first at the file's attributes, so it sees what another
 * process has written. A file that is missing, empty or unreadable makes the store unavailable: what was read before is not used, since
 * something may have been revoked since.
 *
 * <p>Log-ins are written together, once a minute.
 *
 * <p>Threads: any. {@link #version} is replaced as a whole by the thread that holds {@link #changing}.
 */
final class FileStore implements AppPasswordStore {
    static final Duration WRITE_INTERVAL = Duration.ofMinutes(1);

    private static final Logger LOGGER = LoggerFactory.getLogger(FileStore.class);
    private static final Duration LOCK_LIMIT = Duration.ofSeconds(8);
    private static final long LOCK_PAUSE = TimeUnit.MILLISECONDS.toNanos(2);

    private final String backend;
    private final Path file;
    private final WorkerPool writers;
    private final Duration writeInterval;
    private final FileRewrite rewrite = new FileRewrite();
    private final ReentrantLock changing = new ReentrantLock();
    private final LastingProblem problem;
    /** Log-ins that are not written yet, by id: at most one for each app password. */
    private final Map<String, AppPasswordUse> uses = new ConcurrentHashMap<>();
    private final AtomicBoolean isWriteDue = new AtomicBoolean();
    private final AtomicReference<List<String>> loggedFaults = new AtomicReference<>(List.of());
    private volatile Version version = new Version(Optional.empty(), FileContent.empty());

    /** @param writers runs writes that no client waits for */
    FileStore(String backend, Path file, WorkerPool writers, Duration writeInterval) {
        this.backend = backend;
        this.file = file;
        this.writers = writers;
        this.writeInterval = writeInterval;
        this.problem = new LastingProblem(LOGGER, backend);
    }

    @Override
    public Optional<StoredAppPassword> find(String hash) throws StoreException {
        return current().find(hash);
    }

    @Override
    public List<StoredAppPassword> of(String user) throws StoreException {
        return current().of(user).stream().map(this::withLastUse).collect(Collectors.toList());
    }

    private StoredAppPassword withLastUse(StoredAppPassword stored) {
        return Optional.ofNullable(uses.get(stored.info().id())).map(use -> stored.with(stored.info().lastUsed(use))).orElse(stored);
    }

    @Override
    public void add(StoredAppPassword added) throws StoreException {
        change(content -> content.and(added));
    }

    @Override
    public List<AppPassword> revoke(String user, Predicate<AppPassword> meant, Instant when, String by) throws StoreException {
        FileContent changed = change(content -> content.replacing(infos(content.of(user)).stream()
            .filter(one -> meant.test(one) && !one.isRevoked()).map(one -> one.revoked(when, by)).collect(Collectors.toList())));
        return infos(changed.of(user)).stream().filter(meant).collect(Collectors.toList());
    }

    private static List<AppPassword> infos(Collection<StoredAppPassword> stored) {
        return stored.stream().map(StoredAppPassword::info).collect(Collectors.toList());
    }

    @Override
    public Optional<UserSalt> salt(String user) throws StoreException {
        return current().salt(user);
    }

    @Override
    public UserSalt salt(String user, UserSalt proposed) throws StoreException {
        Optional<UserSalt> present = salt(user);
        return present.isPresent() ? present.get()
            : change(content -> content.salt(user).isPresent() ? content : content.with(user, proposed)).salt(user).orElseThrow();
    }

    @Override
    public void use(StoredAppPassword used, AppPasswordUse use) {
        uses.put(used.info().id(), use);
        if (isWriteDue.compareAndSet(false, true)) {
            scheduleWrite();
        }
    }

    private void scheduleWrite() {
        CompletableFuture.delayedExecutor(writeInterval.toMillis(), TimeUnit.MILLISECONDS, Runnable::run)
            .execute(() -> writers.submit(Origin.byHand(), () -> {
                isWriteDue.set(false);
                writeUses();
                return true;
            }).whenComplete((done, failure) -> {
                if (failure != null && isWriteDue.compareAndSet(false, true)) {
                    // No worker was free.
                    scheduleWrite();
                }
            }));
    }

    private void writeUses() {
        Map<String, AppPasswordUse> written = Map.copyOf(uses);
        if (written.isEmpty()) {
            return;
        }
        try {
            change(content -> content.used(written));
            written.forEach(uses::remove);
            problem.resolved();
        } catch (StoreException | RuntimeException e) {
            problem.report("cannot write when app passwords were last used: " + (e instanceof StoreException ? e.getMessage()
                : e.getClass().getName()) + ". Log-ins are not affected");
        }
    }

    @Override
    public List<AppPassword> expiring(Instant from, Instant to) throws StoreException {
        return infos(current().all()).stream().filter(one -> !one.isRevoked())
            .filter(one -> one.expires().filter(end -> !end.isBefore(from) && end.isBefore(to)).isPresent()).collect(Collectors.toList());
    }

    @Override
    public Map<KeyShape, Long> shapes() throws StoreException {
        return current().shapes();
    }

    @Override
    public Optional<String> mistake() {
        List<String> faults = version.content.faults();
        return faults.isEmpty() ? Optional.empty() : Optional.of("cannot use " + faults.size() + " lines of the file " + file + ", "
            + faults.get(0));
    }

    @Override
    public Optional<String> problem() {
        return problem.current();
    }

    @Override
    public String initialise() throws StoreException {
        return exclusively(() -> {
            if (Files.exists(file)) {
                reread();
                return "the file " + file + " exists and can be used";
            }
            Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), "." + file.getFileName() + ".", ".new", ownerOnly());
            Files.write(fresh, FileContent.empty().toOctets());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            return "created the file " + file;
        });
    }

    private FileAttribute<?>[] ownerOnly() {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))}
            : new FileAttribute<?>[0];
    }

    /** The content of the file as it is now. */
    private FileContent current() throws StoreException {
        Version last = version;
        return last.isOf(FileStamp.of(file)) ? last.content : locked(this::reread);
    }

    private FileContent reread() throws StoreException {
        Optional<FileStamp> stamp = FileStamp.of(file);
        if (!version.isOf(stamp)) {
            try {
                if (Files.exists(file) && !Files.isRegularFile(file)) {
                    throw unusable("it is not a regular file");
                }
                FileContent content = FileContent.parse(Files.readAllBytes(file));
                version = new Version(stamp, content);
                logFaults(content.faults());
            } catch (IOException e) {
                throw unusable(describe(e));
            } catch (IllegalArgumentException e) {
                throw unusable(e.getMessage());
            }
        }
        return version.content;
    }

    private void logFaults(List<String> faults) {
        if (!loggedFaults.getAndSet(faults).equals(faults) && !faults.isEmpty()) {
            LOGGER.error("Backend {} cannot use {} lines of the file {}, {}. They are kept. Until they are corrected, app passwords that"
                + " are not found in the other lines get 454", backend, faults.size(), file, faults.get(0));
        }
    }

    /** Changes the file. @return what it contains then */
    private FileContent change(UnaryOperator<FileContent> change) throws StoreException {
        return exclusively(() -> {
            FileContent before = reread();
            FileContent after = change.apply(before);
            if (after != before) {
                Version read = version;
                if (!rewrite.replace(file, target -> read.isOf(FileStamp.of(file)), after.toOctets())) {
                    throw unusable("another program has written it without the lock");
                }
                version = new Version(FileStamp.of(file), after);
            }
            return after;
        });
    }

    /** Works while no other thread and no other process writes. */
    private <T> T exclusively(FileWork<T> work) throws StoreException {
        return locked(() -> {
            try (FileChannel channel = openLock()) {
                // Released together with the channel.
                lock(channel);
                return work.run();
            } catch (IOException e) {
                throw unusable(describe(e));
            }
        });
    }

    private FileChannel openLock() throws IOException {
        Path lock = file.resolveSibling(file.getFileName() + ".lock");
        return FileChannel.open(lock, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), ownerOnly());
    }

    /** The lock of all processes. Within one process, another backend may use the same file. */
    private static void lock(FileChannel channel) throws IOException {
        long deadline = System.nanoTime() + LOCK_LIMIT.toNanos();
        while (System.nanoTime() - deadline < 0) {
            try {
                if (channel.tryLock() != null) {
                    return;
                }
            } catch (OverlappingFileLockException e) {
                // Held by this process.
                LOGGER.trace("The lock is held within this process");
            }
            LockSupport.parkNanos(LOCK_PAUSE);
        }
        throw new IOException("locked");
    }

    private <T> T locked(StoreWork<T> work) throws StoreException {
        try {
            if (!changing.tryLock(LOCK_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw unusable("it is being read or written for more than " + LOCK_LIMIT.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unusable("the server is stopping");
        }
        try {
            return work.run();
        } finally {
            changing.unlock();
        }
    }

    private StoreException unusable(String why) {
        return new StoreException("cannot use the file of app passwords " + file + ", " + why);
    }

    private static String describe(IOException e) {
        return e instanceof NoSuchFileException ? "it does not exist; restore it, or create an empty one with: guard app-passwords init"
            : e.getMessage() != null && e.getMessage().equals("locked") ? "another process has locked it for " + LOCK_LIMIT.toSeconds()
            + " s" : e.getClass().getSimpleName() + "; check its permissions and the disk";
    }

    @Override
    public String address() {
        return file.toString();
    }

    @Override
    public void close() {
        writeUses();
    }

    @Override
    public String toString() {
        return "file " + file;
    }

    private interface FileWork<T> {
        T run() throws StoreException, IOException;
    }

    private interface StoreWork<T> {
        T run() throws StoreException;
    }

    /** What was read, and from which version of the file. */
    private static final class Version {
        private final Optional<FileStamp> stamp;
        private final FileContent content;

        private Version(Optional<FileStamp> stamp, FileContent content) {
            this.stamp = stamp;
            this.content = content;
        }

        boolean isOf(Optional<FileStamp> other) {
            return stamp.isPresent() && stamp.equals(other);
        }
    }
}
