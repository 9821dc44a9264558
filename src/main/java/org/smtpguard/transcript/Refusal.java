package org.smtpguard.transcript;

import java.util.List;

import org.smtpguard.protocol.DiagnosisId;

/** Why a command was refused, or would have been, and the state of the session. Immutable. */
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

    /** The state of the session, as in the reply. */
    public String state() {
        return state;
    }

    /** The legal next commands, as in the reply. */
    public List<String> next() {
        return next;
    }

    @Override
    public String toString() {
        return id + " (" + state + ")";
    }
}
