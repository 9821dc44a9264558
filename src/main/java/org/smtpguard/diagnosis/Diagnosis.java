package org.smtpguard.diagnosis;

import java.util.List;

import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.EnhancedStatus;

/** All that a refusal has to say, before it is put into the lines of a reply. Tells only what the client itself did. */
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

    /** What was refused and why, in one sentence without a full stop. */
    public String summary() {
        return summary;
    }

    /** What the client was told in its first line, in one style: where a later reply repeats it as the reason. */
    public String asReason() {
        return code + " " + status + " " + summary + " [" + id + "]";
    }

    /** Further facts, each a line: the refused recipients and the server's words to each. */
    public List<String> details() {
        return details;
    }

    /** Where the session stands. */
    public String state() {
        return state;
    }

    /** The commands that are legal next, the first the shortest way on to a delivered message. */
    public List<String> next() {
        return next;
    }

    /** Whether the connection is closed behind the reply. */
    public boolean closesConnection() {
        return closing;
    }

    @Override
    public String toString() {
        return id + " (" + code + " " + status + " " + summary + ")";
    }
}
