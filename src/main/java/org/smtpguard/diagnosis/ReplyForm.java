package org.smtpguard.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.EnhancedStatus;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sequence.SequenceRule;
import org.smtpguard.sequence.SequenceTable;

/** One form of a refusal: a row of the table, or a fault. Immutable. */
public final class ReplyForm {
    private final DiagnosisId id;
    private final int code;
    private final EnhancedStatus status;
    private final Set<Verb> verbs;
    private final String cause;

    private ReplyForm(DiagnosisId id, int code, EnhancedStatus status, Set<Verb> verbs, String cause) {
        this.id = id;
        this.code = code;
        this.status = status;
        this.verbs = verbs;
        this.cause = cause;
    }

    /** All refusals that the guard can send: the rows from top to bottom, then the faults. */
    public static List<ReplyForm> all(SequenceTable table) {
        List<ReplyForm> all = new ArrayList<>();
        for (SequenceRule row : table.rows()) {
            all.add(new ReplyForm(row.id(), row.code(), row.status(), row.verbs(), row.cause()));
        }
        for (Fault fault : Fault.values()) {
            all.add(new ReplyForm(fault.id(), fault.code(), fault.status(), fault.verbs(), fault.cause()));
        }
        return List.copyOf(all);
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

    /** The commands that it can refuse; empty for all. */
    public Set<Verb> verbs() {
        return verbs;
    }

    /** The text after "… refused: ". */
    public String cause() {
        return cause;
    }

    @Override
    public String toString() {
        return code + " " + status + " " + id;
    }
}
