package org.smtpguard.backend.support;

import java.util.Optional;

/** The hash of one user, where it stands, for {@link HashUpgrade} to replace. Used once, by one thread after the other. */
public interface OutdatedHash {
    /** What stands there, with its scheme; empty if there is none any more. On a thread of the hashing pool. */
    Optional<String> text() throws Exception;

    /**
     * Puts another one into the place of the one that was last read, and of no other. On a worker that may wait.
     *
     * @return false if somebody else has changed it meanwhile, or may be about to
     */
    boolean replaceBy(String better) throws Exception;

    /** What failed, and how to mend it: goes on after "cannot replace outdated hashes: ". Never with a secret in it. */
    String words(Throwable fault);
}
