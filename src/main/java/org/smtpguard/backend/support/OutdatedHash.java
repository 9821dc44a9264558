package org.smtpguard.backend.support;

import java.util.Optional;

/** The stored hash of one user, which {@link HashUpgrade} replaces. Used for one upgrade, by one thread at a time. */
public interface OutdatedHash {
    /** The stored hash with its scheme; empty if there is none any more. Called on a thread of the hashing pool. */
    Optional<String> text() throws Exception;

    /**
     * Replaces the hash that {@link #text} has returned, and no other. Called on a worker that may block.
     *
     * @return false if it has been changed in the meantime, or another process may be writing
     */
    boolean replaceBy(String better) throws Exception;

    /** What failed and how to fix it; continues "cannot replace outdated hashes: ". Contains no secret. */
    String describe(Throwable fault);
}
