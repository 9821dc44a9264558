package org.smtpguard.credential;

import java.util.concurrent.Executor;

/**
 * The bounded pools on which backends do what must not be done on an I/O thread. Both refuse work with a
 * {@link java.util.concurrent.RejectedExecutionException} when their queue is full, which the caller of the backend
 * answers with 454 4.7.0 at once.
 */
public interface Workers {
    /** For password hashing: as many threads as there are processors. */
    Executor hashing();

    /** For calls that wait for somebody else (a directory, a database). */
    Executor blocking();
}
