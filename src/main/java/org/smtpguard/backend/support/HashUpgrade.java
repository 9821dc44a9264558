package org.smtpguard.backend.support;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.password.PasswordHash;
import org.smtpguard.password.PasswordSchemes;

/**
 * Gives a user who has just logged in with an outdated hash a new one. What does not succeed now is left for the next log-in:
 * nothing waits for it and nothing is tried twice.
 *
 * <p>Threads: the hashing pool checks what is stored now and makes the new hash, workers that may wait write it. A user whose hash
 * is being replaced is not begun with again. Between the two steps, and before, anybody may change the hash: see
 * {@link OutdatedHash#replaceBy}.
 */
public final class HashUpgrade {
    private static final Logger LOGGER = LoggerFactory.getLogger(HashUpgrade.class);

    private final String backend;
    private final PasswordSchemes schemes;
    private final WorkerPool hashing;
    private final Executor writers;
    private final Set<String> begun = ConcurrentHashMap.newKeySet();
    private final LastingProblem problem;

    public HashUpgrade(String backend, PasswordSchemes schemes, WorkerPool hashing, Executor writers) {
        this.backend = backend;
        this.schemes = schemes;
        this.hashing = hashing;
        this.writers = writers;
        this.problem = new LastingProblem(LOGGER, backend);
    }

    /**
     * Begins, and returns at once. Never throws.
     *
     * @param user a normalised name
     * @param password what the user has just logged in with
     */
    public void begin(String user, Secret password, OutdatedHash outdated) {
        if (!begun.add(user)) {
            return;
        }
        CompletableFuture<Boolean> attempted = new CompletableFuture<>();
        hashing.execute(Origin.byHand(), attempted,
            () -> attempted.complete(attempt(user, outdated, () -> prepare(user, password, outdated))));
        attempted.whenComplete((goesOn, overload) -> {
            if (overload != null) {
                // Too much to do: log-ins first.
                begun.remove(user);
            }
        });
    }

    /** Why the last one could not be written, if it could not. */
    public Optional<String> problem() {
        return problem.current();
    }

    /** One step; if no other follows, the user may be begun with again. */
    private boolean attempt(String user, OutdatedHash outdated, UpgradeStep step) {
        boolean goesOn = false;
        try {
            goesOn = step.take();
        } catch (RejectedExecutionException e) {
            LOGGER.debug("Backend {} leaves an outdated hash for the next log-in: too much to do", backend);
        } catch (Exception | OutOfMemoryError e) {
            problem.report("cannot replace outdated hashes: " + outdated.words(e));
        } finally {
            if (!goesOn) {
                begun.remove(user);
            }
        }
        return goesOn;
    }

    private boolean prepare(String user, Secret password, OutdatedHash outdated) throws Exception {
        Optional<String> stored = outdated.text();
        if (stored.isEmpty()) {
            return false;
        }
        // Asked again, of what stands there now: whoever has changed it meanwhile has the last word.
        PasswordHash hash = schemes.read(stored.get());
        if (!schemes.isOutdated(hash) || !PasswordCheck.matches(hash, password)) {
            return false;
        }
        String better = schemes.hash(password.storedForm());
        writers.execute(() -> attempt(user, outdated, () -> write(user, outdated, better, hash)));
        return true;
    }

    private boolean write(String user, OutdatedHash outdated, String better, PasswordHash before) throws Exception {
        if (outdated.replaceBy(better)) {
            problem.resolved();
            LOGGER.info("Backend {} has given {} a new hash, {} instead of {}",
                backend, user, schemes.preferred().name(), before.scheme());
        } else {
            LOGGER.debug("Backend {} leaves an outdated hash for the next log-in: it was changed meanwhile", backend);
        }
        return false;
    }

    /** Part of the way. */
    private interface UpgradeStep {
        /** @return whether another step was handed on */
        boolean take() throws Exception;
    }
}
