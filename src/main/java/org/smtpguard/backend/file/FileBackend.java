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
 * Users in a file of {@code user:{SCHEME}hash} lines ({@code docs/backends/file.md}). A changed file is taken at the next
 * log-in, or within a second or so if anybody wants to hear of changes; one that cannot be used is not, and the last good version
 * stays. Lines that cannot be used are skipped ({@link UserFile}).
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
public final class FileBackend implements CredentialBackend {
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
    private final FilePoller watch;
    private final AtomicLong looked = new AtomicLong(System.nanoTime() - LOOK_EVERY.toNanos());
    private volatile Runnable listener = () -> { };
    private volatile Version version;

    /**
     * @param settings {@code <file>}, and perhaps {@code <upgrade>}, {@code <preferredScheme>}, {@code <allowPlain>} and
     *     {@code <costLimits>}
     * @throws InvalidConfigurationException if the file is missing, cannot be read or is no file of users
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
        this.watch = new FilePoller(workers.blocking(), this::users);
        this.key = settings.keyFor(Decoys.USE);
        Optional<FileStamp> stamp = FileStamp.of(file);
        try {
            byte[] content = content();
            boolean unfinished = isUnfinished(content);
            if (unfinished) {
                LOGGER.warn("{} It counts as it is until then.", unfinished());
            }
            // Where it is unfinished it is read again at the next look, until it has settled.
            this.version = new Version(stamp.filter(any -> !unfinished), content, UserFile.parse(content, schemes, key));
            tell(version.users, List.of(), List.of());
        } catch (IOException | NoUserFileException e) {
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
    public boolean hasKeys() {
        return true;
    }

    @Override
    public CompletionStage<KeyResult> lookup(String username, String scheme, Origin origin) {
        // The file may have changed and have to be read: not on the caller's thread.
        return workers.hashing().submit(origin, () -> keys(UserNames.normalise(username), scheme));
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
        return now.fault.map(fault -> fault + "; until that is mended, " + lastGood(now)).or(this::mistake);
    }

    @Override
    public Optional<String> mistake() {
        return Optional.of(version.users.faults()).filter(faults -> !faults.isEmpty()).map(faults -> "cannot use the file " + file + ", "
            + String.join("; ", LineNote.told(faults)) + "; what cannot be used is skipped, and the users there get 454");
    }

    @Override
    public List<String> notices() {
        return notes(version.users);
    }

    private List<String> notes(UserFile users) {
        return LineNote.told(users.notices()).stream().map(note -> "has in the file " + file + " " + note)
            .collect(Collectors.toUnmodifiableList());
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

    /** For the operator's log. All other users are judged: it says nothing of the file as a whole. */
    private CredentialResult unusable(LineNote line) {
        return CredentialResult.unavailable("the user's line in the file " + file + " cannot be used, " + line).forThisUser();
    }

    private UserFile users() {
        if (!version.isOf(FileStamp.of(file)) && reading.tryLock()) {
            try {
                // Looked at again: another thread may have read the file between the look and the lock.
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
                // An editor that writes in place empties the file first: nobody may be refused for coming just then.
                return broken(last, stamp, "found the file " + file + " empty; put a comment into it if really nobody is to log in");
            }
            if (unfinished) {
                return waiting(last, stamp);
            }
            UserFile users = UserFile.parse(content, schemes, key);
            LOGGER.info("Backend {} has taken the changed file {} (users: {})", name(), file, users.size());
            tell(users, last.users.faults(), last.users.notices());
            return new Version(stamp, content, users);
        } catch (NoUserFileException e) {
            return broken(last, stamp, sentence(e));
        } catch (IOException e) {
            // Not remembered by its stamp: a change of permissions leaves that as it is, and must be seen.
            return broken(last, Optional.empty(), sentence(e));
        }
    }

    /** Whether the last line may be a part of one: its end is missing, and somebody has written until just now. */
    private boolean isUnfinished(byte[] content) throws IOException {
        return content.length > 0 && content[content.length - 1] != '\n' && !hashes.isWhole(content);
    }

    private Version waiting(Version last, Optional<FileStamp> stamp) {
        if (!last.waitsFor.equals(stamp)) {
            LOGGER.warn("{} Until then, {}.", unfinished(), lastGood(last));
        }
        return last.waitingFor(stamp);
    }

    private String unfinished() {
        return settings.fault("found the file " + file + " without a line's end at its end, and changed less than "
            + FileHashes.SETTLED.toSeconds() + " s ago: it may not be all there yet, and is read again when it has been left alone for that"
            + " long").getMessage();
    }

    /** What is wrong with lines, unless it was told of the version before: one that differs elsewhere. */
    private void tell(UserFile users, List<LineNote> toldFaults, List<LineNote> toldNotices) {
        if (!users.faults().equals(toldFaults)) {
            LineNote.told(users.faults()).forEach(note -> LOGGER.error("{}", settings.fault("cannot use the file " + file + ", " + note
                + ". What cannot be used is skipped; its user gets 454 until it is corrected, everything else counts").getMessage()));
        }
        if (!users.notices().equals(toldNotices)) {
            notes(users).forEach(note -> LOGGER.warn("{}", settings.fault(note).getMessage()));
        }
    }

    /** Of a file and nothing else: a pipe would be waited for, with the lock held, until somebody writes into it. */
    private byte[] content() throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException("no file");
        }
        return Files.readAllBytes(file);
    }

    private static boolean isBlank(byte[] content) {
        return new String(content, StandardCharsets.ISO_8859_1).isBlank();
    }

    private Version broken(Version last, Optional<FileStamp> stamp, String fault) {
        if (stamp.isPresent() || !last.fault.equals(Optional.of(fault))) {
            LOGGER.warn("{} Until that is mended, {}.", settings.fault(fault).getMessage(), lastGood(last));
        }
        return last.broken(stamp, fault);
    }

    private static String lastGood(Version version) {
        return "the last version that could be read counts (users: " + version.users.size() + ")";
    }

    /** What is wrong with the file and how to mend it, as a predicate of this backend. */
    private String sentence(Exception e) {
        String fault = "cannot use the file " + file + ", ";
        if (e instanceof NoUserFileException) {
            return fault + e.getMessage() + "; no line of it is one of a user's";
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

    /** What counts since the last look at the file: good users always, and what is wrong with the file if anything is. */
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

        /** The same users, since the file cannot be used now. */
        Version broken(Optional<FileStamp> other, String what) {
            return new Version(other, digest, users, Optional.of(what), Optional.empty());
        }

        /** The same users, since the file may not be whole yet: it has to be looked at again, whether it changes or not. */
        Version waitingFor(Optional<FileStamp> unfinished) {
            return new Version(Optional.empty(), digest, users, fault, unfinished);
        }

        /** The same content under another stamp. */
        Version as(Optional<FileStamp> other) {
            return new Version(other, digest, users, Optional.empty(), Optional.empty());
        }

        /** Whether there is nothing to be read. */
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
