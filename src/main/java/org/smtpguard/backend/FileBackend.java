package org.smtpguard.backend;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.backend.UserFile.MalformedLine;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.ConfigurationFault;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.KeyCensus;
import org.smtpguard.credential.KeyResult;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.SecretLookup;
import org.smtpguard.credential.Workers;
import org.smtpguard.password.PasswordHash;
import org.smtpguard.password.PasswordSchemes;

/**
 * Users in a file of {@code user:{SCHEME}hash} lines ({@code docs/backends/file.md}). A changed file is taken at the next
 * log-in, or within a second or so if anybody wants to hear of changes; one that cannot be used is not, and the last good version
 * stays.
 *
 * <p>Every claim costs one check of one hash, known user or not; see {@link UserFile} for what a stranger is checked against.
 *
 * <p>Threads: the constructor reads the file, on the thread that starts the server. {@link #verify} hands the claim to the
 * hashing pool and returns; everything else (asking the file system whether the file has changed, reading it, checking
 * the hash, completing the answer) happens on a thread of that pool. {@link #version} is immutable and replaced as a
 * whole, by the one thread that holds {@link #reading}, which then tells the listener; a thread that finds it held goes on with
 * the version there is.
 * Better hashes are made and written by {@link HashUpgrade}, after the answer, and read like any other change of the file.
 */
public final class FileBackend implements SecretLookup {
    private static final Logger LOGGER = LoggerFactory.getLogger(FileBackend.class);

    private static final Duration TIME_LIMIT = Duration.ofSeconds(10);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final String[] ELEMENTS =
        {"file", "upgrade", HashSettings.PREFERRED_SCHEME, HashSettings.ALLOW_PLAIN, HashSettings.COST_LIMITS};

    private final BackendSettings settings;
    private final Workers workers;
    private final PasswordSchemes schemes;
    private final Path file;
    private final byte[] key;
    private final ReentrantLock reading = new ReentrantLock();
    private final FileHashes hashes;
    private final Optional<HashUpgrade> upgrade;
    private final Watch watch;
    private final AtomicLong looked = new AtomicLong(System.nanoTime() - LOOK_EVERY.toNanos());
    private volatile Runnable listener = () -> { };
    private volatile Version version;

    /**
     * @param settings {@code <file>}, and perhaps {@code <upgrade>}, {@code <preferredScheme>}, {@code <allowPlain>} and
     *     {@code <costLimits>}
     * @throws ConfigurationFault if the file is missing, cannot be read or has a line that cannot be taken
     */
    public FileBackend(BackendSettings settings, Workers workers) {
        this(settings, workers, HashSettings.schemes(settings.only(ELEMENTS)), new FileRewrite());
    }

    FileBackend(BackendSettings settings, Workers workers, PasswordSchemes schemes) {
        this(settings, workers, schemes, new FileRewrite());
    }

    FileBackend(BackendSettings settings, Workers workers, PasswordSchemes schemes, FileRewrite rewrite) {
        this.settings = settings.only(ELEMENTS);
        this.workers = Objects.requireNonNull(workers, "workers");
        this.schemes = schemes;
        this.file = settings.file("file");
        this.hashes = new FileHashes(file, rewrite);
        this.upgrade = settings.flag("upgrade")
            ? Optional.of(new HashUpgrade(settings.name(), schemes, workers.hashing(), new Sideline(workers.blocking(), 1)))
            : Optional.empty();
        this.watch = new Watch(workers.blocking(), this::users);
        this.key = settings.keyFor(Decoys.USE);
        Optional<Stamp> stamp = stamp();
        try {
            this.version = new Version(stamp, UserFile.parse(content(), schemes, key), Optional.empty());
        } catch (IOException | MalformedLine e) {
            throw settings.fault(sentence(e));
        }
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public Duration timeLimit() {
        return settings.timeout(TIME_LIMIT);
    }

    @Override
    public CompletionStage<CredentialResult> verify(Credentials credentials) {
        if (credentials.password().isEmpty()) {
            // Whoever is meant, known or not: nobody has an empty password, and nothing is learnt from the haste.
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        CompletableFuture<CredentialResult> answer = new CompletableFuture<>();
        workers.hashing().execute(credentials.origin(), answer, () -> complete(answer, credentials));
        return answer;
    }

    @Override
    public CompletionStage<KeyResult> lookup(String username, String scheme, Origin origin) {
        // The file may have changed and have to be read: not on the caller's thread.
        return workers.hashing().submit(origin, () -> keys(UserFile.normalise(username), scheme));
    }

    /** A file is told nothing. */
    @Override
    public Origin relevant(Origin origin) {
        return Origin.byHand();
    }

    /** Of the file as it was last read; it is looked at afterwards, since a port without any other mechanism asks for nothing else. */
    @Override
    public KeyCensus census(String scheme) {
        KeyCensus census = version.users.census(scheme);
        if (census.isEmpty()) {
            lookSoon();
        }
        return census;
    }

    private void lookSoon() {
        long now = System.nanoTime();
        long last = looked.get();
        if (now - last >= LOOK_EVERY.toNanos() && looked.compareAndSet(last, now)) {
            // What finds no worker is left to the next time.
            workers.blocking().submit(Origin.byHand(), this::users);
        }
    }

    /** Looks at the file. */
    @Override
    public CompletionStage<Optional<String>> check() {
        return workers.blocking().submit(Origin.byHand(), () -> {
            users();
            return flaw();
        });
    }

    /** As of the last look at the file. */
    @Override
    public Optional<String> flaw() {
        Version now = version;
        return now.fault.map(fault -> fault + "; until that is mended, " + lastGood(now));
    }

    /** Log-ins that are answered from a cache do not come here, so the file is looked at without one. */
    @Override
    public void onChange(Runnable onChange) {
        listener = onChange;
        watch.begin();
    }

    @Override
    public void close() {
        watch.close();
    }

    private KeyResult keys(String user, String scheme) {
        UserFile users = users();
        if (!users.knows(user)) {
            return KeyResult.unknown();
        }
        if (users.isDisabled(user)) {
            return KeyResult.disabled();
        }
        return ScramLookup.keys(user, users.storedFor(user), scheme);
    }

    private void complete(CompletableFuture<CredentialResult> answer, Credentials credentials) {
        try {
            Judgement judgement = judge(credentials);
            answer.complete(judgement.result);
            // The client has its verdict; nothing that happens from here on can change or delay it.
            if (judgement.result.isAccepted() && schemes.isOutdated(judgement.hash)) {
                String user = judgement.result.username();
                upgrade.ifPresent(one -> one.begin(user, credentials.password(), hashes.of(user)));
            }
        } catch (Throwable fault) {
            // An Argon2 hash that asks for more memory than there is ends here, too: an error, and still no "no".
            answer.complete(CredentialResult.unavailable(fault));
        }
    }

    private Judgement judge(Credentials credentials) {
        UserFile users = users();
        String user = UserFile.normalise(credentials.username());
        PasswordHash hash = users.hashFor(user);
        boolean matches = PasswordCheck.matches(hash, credentials.password());
        if (!users.knows(user)) {
            return new Judgement(CredentialResult.unknown(), hash);
        }
        if (users.isDisabled(user)) {
            return new Judgement(CredentialResult.disabled(), hash);
        }
        return new Judgement(matches ? CredentialResult.accepted(user) : CredentialResult.refused(), hash);
    }

    private UserFile users() {
        if (!version.isOf(stamp()) && reading.tryLock()) {
            try {
                // Looked at again: another thread may have read the file between the look and the lock.
                Optional<Stamp> stamp = stamp();
                Version last = version;
                if (!last.isOf(stamp)) {
                    version = next(last, stamp);
                    if (version.users != last.users) {
                        listener.run();
                    }
                }
            } finally {
                reading.unlock();
            }
        }
        return version.users;
    }

    private Version next(Version last, Optional<Stamp> stamp) {
        try {
            byte[] content = content();
            if (content.length == 0 && last.users.size() > 0) {
                // An editor that writes in place empties the file first: nobody may be refused for coming just then.
                return broken(last, stamp, "found the file " + file + " empty; put a comment into it if really nobody is to log in");
            }
            UserFile users = UserFile.parse(content, schemes, key);
            LOGGER.info("Backend {} has taken the changed file {} (users: {})", name(), file, users.size());
            return new Version(stamp, users, Optional.empty());
        } catch (MalformedLine e) {
            return broken(last, stamp, sentence(e));
        } catch (IOException e) {
            // Not remembered by its stamp: a change of permissions leaves that as it is, and must be seen.
            return broken(last, Optional.empty(), sentence(e));
        }
    }

    /** Of a file and nothing else: a pipe would be waited for, with the lock held, until somebody writes into it. */
    private byte[] content() throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException("no file");
        }
        return Files.readAllBytes(file);
    }

    private Version broken(Version last, Optional<Stamp> stamp, String fault) {
        if (stamp.isPresent() || !last.fault.equals(Optional.of(fault))) {
            LOGGER.warn("{} Until that is mended, {}.", settings.fault(fault).getMessage(), lastGood(last));
        }
        return new Version(stamp, last.users, Optional.of(fault));
    }

    private static String lastGood(Version version) {
        return "the last version that could be read counts (users: " + version.users.size() + ")";
    }

    /** What is wrong with the file and how to mend it, as a predicate of this backend. */
    private String sentence(Exception e) {
        String fault = "cannot use the file " + file + ", ";
        if (e instanceof MalformedLine) {
            return fault + e.getMessage();
        }
        if (e instanceof NoSuchFileException) {
            return fault + "which does not exist; create it or correct <file>";
        }
        if (e instanceof AccessDeniedException) {
            return fault + "which may not be read; let the user that runs James read it";
        }
        return fault + (Files.exists(file) && !Files.isRegularFile(file)
            ? "which is a directory or a pipe; name a file in <file>"
            : "which could not be read (" + e.getClass().getSimpleName() + "); check it, and the disk");
    }

    /** Empty if there is nothing to be seen. Taken before the file is read: a change in between shows at the next look. */
    private Optional<Stamp> stamp() {
        try {
            return Optional.of(new Stamp(Files.readAttributes(file, BasicFileAttributes.class)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return "FileBackend " + name() + " (" + file + ")";
    }

    private static final class Judgement {
        private final CredentialResult result;
        private final PasswordHash hash;

        Judgement(CredentialResult result, PasswordHash hash) {
            this.result = result;
            this.hash = hash;
        }
    }

    /** What tells one version of a file from another without reading it. */
    private static final class Stamp {
        private final FileTime modified;
        private final long size;
        private final Optional<Object> fileKey;

        Stamp(BasicFileAttributes attributes) {
            this.modified = attributes.lastModifiedTime();
            this.size = attributes.size();
            this.fileKey = Optional.ofNullable(attributes.fileKey());
        }

        @Override
        public boolean equals(Object o) {
            if (!(o instanceof Stamp)) {
                return false;
            }
            Stamp that = (Stamp) o;
            return modified.equals(that.modified) && size == that.size && fileKey.equals(that.fileKey);
        }

        @Override
        public int hashCode() {
            return Objects.hash(modified, size, fileKey);
        }
    }

    /** What counts since the last look at the file: good users always, and what is wrong with the file if anything is. */
    private static final class Version {
        private final Optional<Stamp> stamp;
        private final UserFile users;
        private final Optional<String> fault;

        Version(Optional<Stamp> stamp, UserFile users, Optional<String> fault) {
            this.stamp = stamp;
            this.users = users;
            this.fault = fault;
        }

        /** Whether there is nothing to be read. */
        boolean isOf(Optional<Stamp> now) {
            return now.isPresent() && now.equals(stamp);
        }
    }
}
