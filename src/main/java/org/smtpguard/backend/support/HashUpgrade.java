package org.smtpguard.backend.support;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.password.PasswordHash;
import org.smtpguard.password.PasswordSchemes;

/**
 * Replaces an outdated hash after its user has logged in. Nothing waits for it, and a failed attempt is not retried before the
 * user's next log-in.
 *
 * <p>Threads: the hashing pool checks the stored hash again and computes the new one; workers that may block write it. There is
 * at most one upgrade per user at a time. The stored hash may be changed by others at any time: see
 * {@link OutdatedHash#replaceBy}.
 */
public final class HashUpgrade {
    private static final Logger LOGGER = LoggerFactory.getLogger(HashUpgrade.class);

    private final String backend;
    private final PasswordSchemes schemes;
    private final WorkerPool hashing;
    private final Background writers;
    private final Set<String> inProgress = ConcurrentHashMap.newKeySet();
    private final LastingProblem problem;

    public HashUpgrade(String backend, PasswordSchemes schemes, WorkerPool hashing, Background writers) {
        this.backend = backend;
        this.schemes = schemes;
        this.hashing = hashing;
        this.writers = writers;
        this.problem = new LastingProblem(LOGGER, backend);
    }

    /**
     * Starts an upgrade and returns immediately. Never throws.
     *
     * @param user a normalised name
     * @param password the password that was accepted
     */
    public void start(String user, Secret password, OutdatedHash outdated) {
        if (!inProgress.add(user)) {
            return;
        }
        CompletableFuture<Boolean> attempted = new CompletableFuture<>();
        hashing.execute(Origin.byHand(), attempted,
            () -> attempted.complete(attempt(user, outdated, () -> prepare(user, password, outdated))));
        attempted.whenComplete((goesOn, overload) -> {
            if (overload != null) {
                // The pool is overloaded: log-ins have priority.
                inProgress.remove(user);
            }
        });
    }

    /** Why the last upgrade failed; empty if it succeeded. */
    public Optional<String> problem() {
        return problem.current();
    }

    /** Takes one step. If no other follows, a new upgrade may be started for the user. */
    private boolean attempt(String user, OutdatedHash outdated, UpgradeStep step) {
        boolean goesOn = false;
        try {
            goesOn = step.take();
        } catch (Exception | OutOfMemoryError e) {
            problem.report("cannot replace outdated hashes: " + outdated.describe(e));
        } finally {
            if (!goesOn) {
                inProgress.remove(user);
            }
        }
        return goesOn;
    }

    private boolean prepare(String user, Secret password, OutdatedHash outdated) throws Exception {
        Optional<String> stored = outdated.text();
        if (stored.isEmpty()) {
            return false;
        }
        // Check the hash stored now: it may have been changed since the log-in.
        PasswordHash hash = schemes.read(stored.get());
        if (!schemes.isOutdated(hash) || !PasswordCheck.matches(hash, password)) {
            return false;
        }
        String better = schemes.hash(password.storedForm());
        boolean goesOn = writers.offer(() -> attempt(user, outdated, () -> write(user, outdated, better, hash)));
        if (!goesOn) {
            LOGGER.debug("Backend {} leaves an outdated hash for the next log-in: overloaded", backend);
        }
        return goesOn;
    }

    private boolean write(String user, OutdatedHash outdated, String better, PasswordHash before) throws Exception {
        if (outdated.replaceBy(better)) {
            problem.resolved();
            LOGGER.info("Backend {} has given {} a new hash, {} instead of {}",
                backend, user, schemes.preferred().name(), before.scheme());
        } else {
            LOGGER.debug("Backend {} leaves an outdated hash for the next log-in: it has changed in the meantime", backend);
        }
        return false;
    }

    /** One step of an upgrade. */
    private interface UpgradeStep {
        /** @return whether another step was submitted */
        boolean take() throws Exception;
    }
}
