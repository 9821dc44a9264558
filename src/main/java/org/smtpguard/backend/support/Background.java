package org.smtpguard.backend.support;

/** Runs work that no client waits for. */
@FunctionalInterface
public interface Background {
    /**
     * Queues a task. Never throws and never blocks.
     *
     * @return whether the task will run; false if too many are waiting
     */
    boolean offer(Runnable task);
}
