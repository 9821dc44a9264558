package org.smtpguard.backend;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.backend.UserFile.Place;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.Workers;
import org.smtpguard.password.PasswordHash;
import org.smtpguard.password.PasswordSchemes;

/**
 * Gives a user who has just logged in with an outdated hash a new one, in the file. What does not succeed now is left for
 * the next log-in: nothing waits for it and nothing is tried twice.
 *
 * <p>Threads: the hashing pool checks what stands in the file now and makes the new hash, the blocking pool writes it, one at
 * a time. A user whose hash is being replaced is not begun with again. Between the two steps, and before, anybody may change the
 * file: written is only over the very hash that was checked, and only if no octet has changed since it was read. A file that was
 * changed less than two seconds ago is left alone.
 */
final class HashUpgrade {
    private static final Logger LOGGER = LoggerFactory.getLogger(HashUpgrade.class);

    private static final Duration SETTLED = Duration.ofSeconds(2);

    private final String backend;
    private final Path file;
    private final PasswordSchemes schemes;
    private final Workers workers;
    private final FileRewrite rewrite;
    private final Set<String> begun = ConcurrentHashMap.newKeySet();
    private final ReentrantLock writing = new ReentrantLock();
    /** What was last written here, guarded by {@link #writing}: that is whole, however young. */
    private byte[] written = {};
    /** What was last told to be wrong, so that it is told once and not at every log-in. */
    private volatile String trouble = "";

    HashUpgrade(String backend, Path file, PasswordSchemes schemes, Workers workers, FileRewrite rewrite) {
        this.backend = backend;
        this.file = file;
        this.schemes = schemes;
        this.workers = workers;
        this.rewrite = rewrite;
    }

    /**
     * Begins, and returns at once. Never throws.
     *
     * @param user a normalised name
     * @param password what the user has just logged in with
     */
    void begin(String user, Secret password) {
        if (!begun.add(user)) {
            return;
        }
        try {
            workers.hashing().execute(() -> attempt(user, () -> prepare(user, password)));
        } catch (RejectedExecutionException e) {
            // Too much to do: log-ins first.
            begun.remove(user);
        }
    }

    /** One step; if no other follows, the user may be begun with again. */
    private void attempt(String user, Step step) {
        boolean goesOn = false;
        try {
            goesOn = step.take();
        } catch (RejectedExecutionException e) {
            LOGGER.debug("Backend {} leaves an outdated hash for the next log-in: too much to do", backend);
        } catch (AccessDeniedException e) {
            tell("is read-only, or its directory is");
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            tell("could not be replaced (" + e.getClass().getName() + ")");
        } finally {
            if (!goesOn) {
                begun.remove(user);
            }
        }
    }

    private boolean prepare(String user, Secret password) throws IOException {
        Optional<String> stored = Place.of(Files.readAllBytes(file), user).map(Place::text);
        if (stored.isEmpty()) {
            return false;
        }
        // Asked again, of what stands there now: whoever has changed it meanwhile has the last word.
        PasswordHash hash = schemes.read(stored.get());
        if (!schemes.isOutdated(hash) || !hash.matches(password.bytes())) {
            return false;
        }
        String better = schemes.hash(password.bytes());
        workers.blocking().execute(() -> attempt(user, () -> write(user, stored.get(), better, hash)));
        return true;
    }

    private boolean write(String user, String stored, String better, PasswordHash outdated) throws IOException {
        writing.lock();
        try {
            boolean settled = isSettled();
            byte[] before = Files.readAllBytes(file);
            Optional<Place> place = Place.of(before, user).filter(now -> now.text().equals(stored));
            byte[] after = place.map(one -> one.filledWith(better)).orElse(before);
            if (place.isPresent() && (settled || MessageDigest.isEqual(before, written)) && rewrite.replace(file, before, after)) {
                trouble = "";
                written = after;
                LOGGER.info("Backend {} has given {} a new hash, {} instead of {}",
                    backend, user, schemes.preferred().name(), outdated.scheme());
            } else {
                LOGGER.debug("Backend {} leaves an outdated hash for the next log-in: the file was changed meanwhile", backend);
            }
            return false;
        } finally {
            writing.unlock();
        }
    }

    /** Whether nobody has touched the file for a while: who writes in place may be in the midst of it, and what is read a half. */
    private boolean isSettled() throws IOException {
        Instant modified = Files.getLastModifiedTime(file).toInstant();
        return Duration.between(modified, Instant.now()).abs().compareTo(SETTLED) >= 0;
    }

    private void tell(String fault) {
        if (!trouble.equals(fault)) {
            trouble = fault;
            LOGGER.warn("Backend {} cannot replace outdated hashes: the file {} {}. They go on to count; let the user that runs James "
                + "write to the file and its directory, or set <upgrade>false</upgrade>.", backend, file, fault);
        }
    }

    /** Part of the way. */
    private interface Step {
        /** @return whether another step was handed on */
        boolean take() throws IOException;
    }
}
