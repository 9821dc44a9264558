package org.smtpguard.backend.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.backend.file.UserFile.NoUserFileException;
import org.smtpguard.backend.support.Decoys;
import org.smtpguard.backend.support.FileRewrite;
import org.smtpguard.backend.support.FileStamp;
import org.smtpguard.backend.support.HashSettings;
import org.smtpguard.backend.support.HashUpgrade;
import org.smtpguard.backend.support.PasswordCheck;
import org.smtpguard.backend.support.ScramLookup;
import org.smtpguard.backend.support.Sideline;
import org.smtpguard.backend.support.UserNames;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.KeyCensus;
import org.smtpguard.credential.KeyResult;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Workers;
import org.smtpguard.password.PasswordHash;
import org.smtpguard.password.PasswordSchemes;

/**
 * Users in a file of {@code user:{SCHEME}hash} lines ({@code docs/backends/file.md}). A changed file is loaded at the next
 * log-in, or within about a second if a change listener is registered. If the new version is unusable, the last good version
 * stays in use. Unusable lines are skipped ({@link UserFile}).
 *
 * <p>Every log-in attempt costs one hash check, whether or not the user exists; see {@link UserFile} for the hash used for
 * unknown users.
 *
 * <p>Threads: the constructor reads the file, on the thread that starts the server. {@link #verify} submits the credentials to
 * the hashing pool and returns; everything else (checking whether the file has changed, reading it, checking the hash,
 * completing the result) runs on a thread of that pool. {@link #version} is immutable and replaced as a whole by the thread
 * that holds {@link #reading}, which then notifies the listener; a thread that finds the lock held uses the current version.
 * {@link HashUpgrade} computes and writes stronger hashes after the result is known; they are read like any other change of the
 * file.
 */
public final class FileBackend implements CredentialBackend {
    private static final Logger LOGGER = LoggerFactory.getLogger(FileBackend.class);

    private static final Duration TIME_LIMIT = Duration.ofSeconds(10);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
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
    private final FilePoller poller;
    private final AtomicLong lastCheck = new AtomicLong(System.nanoTime() - CHECK_INTERVAL.toNanos());
    private volatile Runnable listener = () -> { };
    private volatile Version version;

    /**
     * @param settings {@code <file>}; optional: {@code <upgrade>}, {@code <preferredScheme>}, {@code <allowPlain>} and
     *     {@code <costLimits>}
     * @throws InvalidConfigurationException if the file is missing, cannot be read or is not a user file
     */
    public FileBackend(BackendSettings settings, Workers workers) {
        this(settings, workers, HashSettings.schemes(settings.only(ELEMENTS)), new FileRewrite());
    }

    FileBackend(BackendSettings settings, Workers workers, PasswordSchemes schemes) {
        this(settings, workers, schemes, new FileRewrite());
    }

    FileBackend(BackendSettings settings, Workers workers, PasswordSchemes schemes, FileRewrite rewrite) {
        this(settings, workers, schemes, rewrite, Clock.systemUTC());
    }

    FileBackend(BackendSettings settings, Workers workers, PasswordSchemes schemes, FileRewrite rewrite, Clock clock) {
        this.settings = settings.only(ELEMENTS);
        this.workers = Objects.requireNonNull(workers, "workers");
        this.schemes = schemes;
        this.file = settings.file("file");
        this.hashes = new FileHashes(file, rewrite, clock);
        this.upgrade = settings.flag("upgrade")
            ? Optional.of(new HashUpgrade(settings.name(), schemes, workers.hashing(), new Sideline(workers.blocking(), 1)))
            : Optional.empty();
        this.poller = new FilePoller(workers.blocking(), this::users);
        this.key = settings.keyFor(Decoys.USE);
        Optional<FileStamp> stamp = FileStamp.of(file);
        try {
            byte[] content = content();
            boolean unfinished = isUnfinished(content);
            if (unfinished) {
                LOGGER.warn("{} Until then the present content is used.", unfinished());
            }
            // An unfinished file has no stamp, so the next check reads it again.
            this.version = new Version(stamp.filter(any -> !unfinished), content, UserFile.parse(content, schemes, key));
            logNotes(version.users, List.of(), List.of());
        } catch (IOException | NoUserFileException e) {
            throw settings.fault(describe(e));
        }
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public Optional<String> summary() {
        int users = version.users.size();
        return Optional.of("file, " + users + (users == 1 ? " user" : " users"));
    }

    @Override
    public Duration timeLimit() {
        return settings.timeout(TIME_LIMIT);
    }

    @Override
    public CompletionStage<CredentialResult> verify(Credentials credentials) {
        if (credentials.password().isEmpty()) {
            // The same for every user name, so the quick reply reveals nothing.
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        CompletableFuture<CredentialResult> answer = new CompletableFuture<>();
        workers.hashing().execute(credentials.origin(), answer, () -> complete(answer, credentials));
        return answer;
    }

    @Override
    public boolean hasKeys() {
        return true;
    }

    @Override
    public CompletionStage<KeyResult> lookup(String username, String scheme, Origin origin) {
        // Not on the caller's thread: the file may have to be read.
        return workers.hashing().submit(origin, () -> keys(UserNames.normalise(username), scheme));
    }

    /** Nothing: the result depends on the credentials only. */
    @Override
    public Origin relevant(Origin origin) {
        return Origin.byHand();
    }

    /** Of the file as last read. If empty, a check of the file is scheduled: a SCRAM-only port triggers no other one. */
    @Override
    public KeyCensus census(String scheme) {
        KeyCensus census = version.users.census(scheme);
        if (census.isEmpty()) {
            scheduleCheck();
        }
        return census;
    }

    private void scheduleCheck() {
        long now = System.nanoTime();
        long last = lastCheck.get();
        if (now - last >= CHECK_INTERVAL.toNanos() && lastCheck.compareAndSet(last, now)) {
            // If no worker is free, the next call tries again.
            workers.blocking().submit(Origin.byHand(), this::users);
        }
    }

    /** Checks whether the file has changed, and reads it if so. */
    @Override
    public CompletionStage<Optional<String>> check() {
        return workers.blocking().submit(Origin.byHand(), () -> {
            users();
            return flaw();
        });
    }

    @Override
    public Optional<String> address() {
        return Optional.of(file.toString());
    }

    /** As of the last check of the file. */
    @Override
    public Optional<String> flaw() {
        Version now = version;
        return now.fault.map(fault -> fault + "; until this is fixed, " + lastGood(now)).or(this::mistake);
    }

    @Override
    public Optional<String> mistake() {
        return Optional.of(version.users.faults()).filter(faults -> !faults.isEmpty()).map(faults -> "cannot use the file " + file + ", "
            + String.join("; ", LineNote.summary(faults)) + "; these lines are skipped, and their users get 454");
    }

    @Override
    public List<String> notices() {
        return notes(version.users);
    }

    private List<String> notes(UserFile users) {
        return LineNote.summary(users.notices()).stream().map(note -> "has in the file " + file + " " + note)
            .collect(Collectors.toUnmodifiableList());
    }

    /** Log-ins answered from a cache never reach this backend, so the file is polled. */
    @Override
    public void onChange(Runnable onChange) {
        listener = onChange;
        poller.start();
    }

    @Override
    public void close() {
        poller.close();
    }

    private KeyResult keys(String user, String scheme) {
        UserFile users = users();
        Optional<LineNote> unusable = users.unusable(user);
        if (unusable.isPresent()) {
            return KeyResult.none(unusable(unusable.get()));
        }
        if (!users.knows(user)) {
            return KeyResult.unknown();
        }
        if (users.isDisabled(user) || users.isWithoutPassword(user)) {
            return KeyResult.disabled();
        }
        return ScramLookup.keys(user, users.storedFor(user), scheme);
    }

    private void complete(CompletableFuture<CredentialResult> answer, Credentials credentials) {
        try {
            Judgement judgement = judge(credentials);
            answer.complete(judgement.result);
            // The client has its result; nothing after this can change or delay it.
            if (judgement.result.isAccepted() && schemes.isOutdated(judgement.hash)) {
                String user = judgement.result.username();
                upgrade.ifPresent(one -> one.start(user, credentials.password(), hashes.of(user)));
            }
        } catch (Throwable fault) {
            // Also an OutOfMemoryError from an Argon2 hash: the result is UNAVAILABLE, not REFUSED.
            answer.complete(CredentialResult.unavailable(fault));
        }
    }

    private Judgement judge(Credentials credentials) {
        UserFile users = users();
        String user = UserNames.normalise(credentials.username());
        PasswordHash hash = users.hashFor(user);
        boolean matches = PasswordCheck.matches(hash, credentials.password());
        return new Judgement(verdict(users, user, matches), hash);
    }

    private CredentialResult verdict(UserFile users, String user, boolean matches) {
        Optional<LineNote> unusable = users.unusable(user);
        if (unusable.isPresent()) {
            return unusable(unusable.get());
        }
        if (!users.knows(user)) {
            return CredentialResult.unknown();
        }
        if (users.isDisabled(user)) {
            return CredentialResult.disabled();
        }
        if (users.isWithoutPassword(user)) {
            return CredentialResult.withoutPassword();
        }
        return matches ? CredentialResult.accepted(user) : CredentialResult.refused();
    }

    /** The reason is for the operator's log. It affects this user only: the other lines remain usable. */
    private CredentialResult unusable(LineNote line) {
        return CredentialResult.unavailable("the user's line in the file " + file + " cannot be used, " + line).forThisUser();
    }

    private UserFile users() {
        if (!version.isOf(FileStamp.of(file)) && reading.tryLock()) {
            try {
                // Check again: another thread may have read the file before this one acquired the lock.
                Optional<FileStamp> stamp = FileStamp.of(file);
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

    private Version next(Version last, Optional<FileStamp> stamp) {
        try {
            byte[] content = content();
            boolean unfinished = isUnfinished(content);
            if (last.isFrom(content)) {
                return last.as(stamp.filter(any -> !unfinished));
            }
            if (isBlank(content) && last.users.size() > 0) {
                // An editor that writes in place truncates the file first: no user may be refused at that moment.
                return broken(last, stamp, "found the file " + file + " empty; if no user is to log in, put a comment into it");
            }
            if (unfinished) {
                return awaitEnd(last, stamp);
            }
            UserFile users = UserFile.parse(content, schemes, key);
            LOGGER.info("Backend {} has loaded the changed file {} (users: {})", name(), file, users.size());
            logNotes(users, last.users.faults(), last.users.notices());
            return new Version(stamp, content, users);
        } catch (NoUserFileException e) {
            return broken(last, stamp, describe(e));
        } catch (IOException e) {
            // Without the stamp: it does not show a change of permissions on every file system.
            return broken(last, Optional.empty(), describe(e));
        }
    }

    /** Whether the last line may be incomplete: it has no line end, and the file was modified just now. */
    private boolean isUnfinished(byte[] content) throws IOException {
        return content.length > 0 && content[content.length - 1] != '\n' && !hashes.isComplete(content);
    }

    private Version awaitEnd(Version last, Optional<FileStamp> stamp) {
        if (!last.waitsFor.equals(stamp)) {
            LOGGER.warn("{} Until then, {}.", unfinished(), lastGood(last));
        }
        return last.waitingFor(stamp);
    }

    private String unfinished() {
        return settings.fault("found the file " + file + " without a line end after its last line, and modified less than "
            + FileHashes.SETTLED.toSeconds() + " s ago: it may be incomplete, and is read again when it has not been modified for that"
            + " long").getMessage();
    }

    /** Logs faults and notices of lines, unless they are the same as in the previous version. */
    private void logNotes(UserFile users, List<LineNote> loggedFaults, List<LineNote> loggedNotices) {
        if (!users.faults().equals(loggedFaults)) {
            LineNote.summary(users.faults()).forEach(note -> LOGGER.error("{}", settings.fault("cannot use the file " + file + ", " + note
                + ". The line is skipped, and its user gets 454 until it is corrected; all other lines are used").getMessage()));
        }
        if (!users.notices().equals(loggedNotices)) {
            notes(users).forEach(note -> LOGGER.warn("{}", settings.fault(note).getMessage()));
        }
    }

    /** Regular files only: reading a pipe would block, with the lock held, until a process writes to it. */
    private byte[] content() throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException("not a regular file");
        }
        return Files.readAllBytes(file);
    }

    private static boolean isBlank(byte[] content) {
        return new String(content, StandardCharsets.ISO_8859_1).isBlank();
    }

    private Version broken(Version last, Optional<FileStamp> stamp, String fault) {
        if (stamp.isPresent() || !last.fault.equals(Optional.of(fault))) {
            LOGGER.warn("{} Until this is fixed, {}.", settings.fault(fault).getMessage(), lastGood(last));
        }
        return last.broken(stamp, fault);
    }

    private static String lastGood(Version version) {
        return "the last usable version stays in use (users: " + version.users.size() + ")";
    }

    /** What is wrong with the file and how to fix it, as a predicate of this backend. */
    private String describe(Exception e) {
        String fault = "cannot use the file " + file + ", ";
        if (e instanceof NoUserFileException) {
            return fault + e.getMessage() + "; no line is of that form";
        }
        if (e instanceof NoSuchFileException) {
            return fault + "which does not exist; create it or correct <file>";
        }
        if (e instanceof AccessDeniedException) {
            return fault + "which may not be read; give the user that runs James read permission";
        }
        return fault + (Files.exists(file) && !Files.isRegularFile(file)
            ? "which is a directory or a pipe; name a file in <file>"
            : "which could not be read (" + e.getClass().getSimpleName() + "); check it, and the disk");
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

    /** The state as of the last check of the file: the users in use, and what is wrong with the file, if anything. */
    private static final class Version {
        private final Optional<FileStamp> stamp;
        private final byte[] digest;
        private final UserFile users;
        private final Optional<String> fault;
        private final Optional<FileStamp> waitsFor;

        Version(Optional<FileStamp> stamp, byte[] content, UserFile users) {
            this(stamp, digest(content), users, Optional.empty(), Optional.empty());
        }

        private Version(Optional<FileStamp> stamp, byte[] digest, UserFile users, Optional<String> fault, Optional<FileStamp> waitsFor) {
            this.stamp = stamp;
            this.digest = digest;
            this.users = users;
            this.fault = fault;
            this.waitsFor = waitsFor;
        }

        /** The same users, since the file is unusable now. */
        Version broken(Optional<FileStamp> other, String what) {
            return new Version(other, digest, users, Optional.of(what), Optional.empty());
        }

        /** The same users, since the file may be incomplete. Without a stamp, so it is read again even if it does not change. */
        Version waitingFor(Optional<FileStamp> unfinished) {
            return new Version(Optional.empty(), digest, users, fault, unfinished);
        }

        /** The same content under another stamp. */
        Version as(Optional<FileStamp> other) {
            return new Version(other, digest, users, Optional.empty(), Optional.empty());
        }

        /** Whether the file is unchanged, so it need not be read. */
        boolean isOf(Optional<FileStamp> now) {
            return now.isPresent() && now.equals(stamp);
        }

        boolean isFrom(byte[] content) {
            return MessageDigest.isEqual(digest, digest(content));
        }

        private static byte[] digest(byte[] content) {
            try {
                return MessageDigest.getInstance("SHA-256").digest(content);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("Every Java platform has SHA-256", e);
            }
        }
    }
}
