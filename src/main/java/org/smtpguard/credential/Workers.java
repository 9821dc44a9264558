package org.smtpguard.credential;

/** The bounded pools for work of backends that must not run on an I/O thread. */
public interface Workers {
    /** For password hashing: one thread per processor, shared by all backends. */
    WorkerPool hashing();

    /** For blocking calls to another service, such as a database. Each backend has its own. */
    WorkerPool blocking();

    /**
     * The same with a maximum number of threads, for a backend with a limited number of connections. A request that would wait for a
     * connection then waits for a worker, in a fair queue, outside of the backend's time limit. To be called once.
     *
     * @param max above zero
     */
    default WorkerPool blocking(int max) {
        return blocking();
    }
}
