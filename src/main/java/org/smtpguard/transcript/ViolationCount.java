package org.smtpguard.transcript;

import java.util.Optional;

/** A number of refusals, and of violations of rules in mode observe. Immutable. */
public final class ViolationCount {
    /** The criterion by which violations are counted. */
    public enum By {
        RULE,
        CLIENT,
        VERB
    }

    private final Optional<String> key;
    private final long refused;
    private final long observed;

    ViolationCount(Optional<String> key, long refused, long observed) {
        this.key = key;
        this.refused = refused;
        this.observed = observed;
    }

    /** The rule's id, the client's address, or the verb; empty for the sum of the remaining clients. */
    public Optional<String> key() {
        return key;
    }

    public long refused() {
        return refused;
    }

    public long observed() {
        return observed;
    }

    public long total() {
        return refused + observed;
    }

    @Override
    public String toString() {
        return key.orElse("others") + ": " + refused + " refused, " + observed + " observed";
    }
}
