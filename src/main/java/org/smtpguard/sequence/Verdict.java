package org.smtpguard.sequence;

import java.util.List;
import java.util.Optional;

/** The table's judgement of a command: legal, or refused by a rule; and the broken rules in mode observe. Immutable. */
public final class Verdict {
    private static final Verdict LEGAL = new Verdict(Optional.empty(), List.of());

    private final Optional<SequenceRule> refusedBy;
    private final List<SequenceRule> observed;

    private Verdict(Optional<SequenceRule> refusedBy, List<SequenceRule> observed) {
        this.refusedBy = refusedBy;
        this.observed = observed;
    }

    static Verdict legal() {
        return LEGAL;
    }

    static Verdict refusedBy(SequenceRule rule) {
        return new Verdict(Optional.of(rule), List.of());
    }

    Verdict alsoObserved(List<SequenceRule> rules) {
        return rules.isEmpty() ? this : new Verdict(refusedBy, List.copyOf(rules));
    }

    public boolean isLegal() {
        return refusedBy.isEmpty();
    }

    /** The rule that refuses the command. */
    public Optional<SequenceRule> refusedBy() {
        return refusedBy;
    }

    /** The rules in mode observe that the command breaks. */
    public List<SequenceRule> observed() {
        return observed;
    }

    @Override
    public String toString() {
        return refusedBy.map(rule -> "refused by " + rule).orElse("legal") + (observed.isEmpty() ? "" : ", observed " + observed);
    }
}
