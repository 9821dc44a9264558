package org.smtpguard.credential;

/** The bounded pools on which backends do what must not be done on an I/O thread. */
public interface Workers {
    /** For password hashing: as many threads as there are processors, shared by all backends. */
    WorkerPool hashing();

    /** For calls that wait for another service (a directory, a database). Each backend has its own. */
    WorkerPool blocking();

    /**
     * The same, with a maximum of threads: for a backend that has only so many connections. What would wait for a connection then waits
     * for a worker, in a queue that is fair, and whose time is not the backend's. To be called once.
     *
     * @param max above zero
     */
    default WorkerPool blocking(int max) {
        return blocking();
    }
}
