package org.smtpguard.page;

import java.util.Objects;

/** What a backend said of a claim that was made by hand. Holds nothing of the claim. Immutable. */
public final class Answer {
    private final String backend;
    private final String verdict;
    private final String reason;
    private final long millis;

    /**
     * @param verdict the kind of answer
     * @param reason for the operator, without anything of the claim
     * @param millis how long it took
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
