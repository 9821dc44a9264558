package org.smtpguard.page;

import java.util.Objects;

/** A backend's answer to a log-in attempt by the operator. Contains no credentials. Immutable. */
public final class Answer {
    private final String backend;
    private final String verdict;
    private final String reason;
    private final long millis;

    /**
     * @param verdict the kind of result
     * @param reason for the operator, without any part of the credentials
     * @param millis the duration in milliseconds
     */
    public Answer(String backend, String verdict, String reason, long millis) {
        this.backend = Objects.requireNonNull(backend, "backend");
        this.verdict = Objects.requireNonNull(verdict, "verdict");
        this.reason = Objects.requireNonNull(reason, "reason");
        this.millis = millis;
    }

    String backend() {
        return backend;
    }

    String verdict() {
        return verdict;
    }

    String reason() {
        return reason;
    }

    long millis() {
        return millis;
    }
}
