package org.smtpguard.transcript;

import java.util.List;

import org.smtpguard.protocol.DiagnosisId;

/** Why a command was refused, or would have been, and where the session stood then. Immutable. */
public final class Refusal {
    private final DiagnosisId id;
    private final String state;
    private final List<String> next;

    public Refusal(DiagnosisId id, String state, List<String> next) {
        this.id = id;
        this.state = state;
        this.next = List.copyOf(next);
    }

    public DiagnosisId id() {
        return id;
    }

    /** Where the session stood, in the words of the reply. */
    public String state() {
        return state;
    }

    /** What was legal next, the shortest way on first. */
    public List<String> next() {
        return next;
    }

    @Override
    public String toString() {
        return id + " (" + state + ")";
    }
}
