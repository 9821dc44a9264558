package org.smtpguard.sequence;

import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.EnhancedStatus;
import org.smtpguard.protocol.Verb;

/** A row of the {@link SequenceTable}: the commands it refuses, under which condition, with which reply, and why. Immutable. */
public final class SequenceRule {
    private final DiagnosisId id;
    private final Set<Verb> verbs;
    private final Condition condition;
    private final int code;
    private final EnhancedStatus status;
    private final String cause;
    private final String reference;
    private final Verdict verdict;

    private SequenceRule(Draft draft, String reference) {
        this.id = draft.id;
        this.verbs = draft.verbs;
        this.condition = draft.condition;
        this.code = draft.code;
        this.status = draft.status;
        this.cause = draft.cause;
        this.reference = Objects.requireNonNull(reference, "reference");
        this.verdict = Verdict.refusedBy(this);
    }

    static Draft rule(DiagnosisId id) {
        return new Draft(id);
    }

    boolean isBrokenBy(SessionState state, CommandLine command) {
        return condition.holds(state, command);
    }

    /** The verdict where this rule refuses the command. */
    Verdict verdict() {
        return verdict;
    }

    public DiagnosisId id() {
        return id;
    }

    /** The commands that the rule applies to. */
    public Set<Verb> verbs() {
        return verbs;
    }

    public int code() {
        return code;
    }

    public EnhancedStatus status() {
        return status;
    }

    /** The cause, for the client: the text after "… refused: ". */
    public String cause() {
        return cause;
    }

    /** The RFC and section that require the rule. */
    public String reference() {
        return reference;
    }

    @Override
    public String toString() {
        return id.toString();
    }

    /** Builder of a row. */
    static final class Draft {
        private final DiagnosisId id;
        private Set<Verb> verbs = Set.of();
        private Condition condition;
        private int code;
        private EnhancedStatus status;
        private String cause;

        private Draft(DiagnosisId id) {
            this.id = id;
        }

        Draft on(Verb first, Verb... others) {
            verbs = Set.copyOf(EnumSet.of(first, others));
            return this;
        }

        Draft when(Condition value) {
            condition = value;
            return this;
        }

        Draft reply(int value, String enhanced) {
            code = value;
            status = EnhancedStatus.of(enhanced);
            return this;
        }

        Draft because(String value) {
            cause = value;
            return this;
        }

        SequenceRule per(String reference) {
            return new SequenceRule(this, reference);
        }
    }
}
