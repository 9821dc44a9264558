package org.smtpguard.diagnosis;

import java.util.List;

import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.EnhancedStatus;

/** The explanation of a refusal, before it is rendered as a reply. Contains only what the client itself did. Immutable. */
public final class Diagnosis {
    private final DiagnosisId id;
    private final int code;
    private final EnhancedStatus status;
    private final String summary;
    private final List<String> details;
    private final String state;
    private final List<String> next;
    private final boolean closing;

    Diagnosis(DiagnosisId id, int code, EnhancedStatus status, String summary, List<String> details, String state, List<String> next,
              boolean closing) {
        this.id = id;
        this.code = code;
        this.status = status;
        this.summary = summary;
        this.details = List.copyOf(details);
        this.state = state;
        this.next = List.copyOf(next);
        this.closing = closing;
    }

    public DiagnosisId id() {
        return id;
    }

    public int code() {
        return code;
    }

    public EnhancedStatus status() {
        return status;
    }

    /** What was refused and why: one sentence without a full stop. */
    public String summary() {
        return summary;
    }

    /** The first line of the reply, the same in both styles: for later replies that repeat it as a reason. */
    public String asReason() {
        return code + " " + status + " " + summary + " [" + id + "]";
    }

    /** Further lines, such as the refused recipients with the reason of each. */
    public List<String> details() {
        return details;
    }

    /** The state of the session, in words. */
    public String state() {
        return state;
    }

    /** The legal next commands; the first is the shortest way to a delivered message. */
    public List<String> next() {
        return next;
    }

    /** Whether the connection is closed after the reply. */
    public boolean closesConnection() {
        return closing;
    }

    @Override
    public String toString() {
        return id + " (" + code + " " + status + " " + summary + ")";
    }
}
