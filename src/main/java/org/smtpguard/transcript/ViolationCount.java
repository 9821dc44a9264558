package org.smtpguard.transcript;

import java.util.Optional;

/** How often something was refused, and how often it would have been, had its rule been enforced. Immutable. */
public final class ViolationCount {
    /** What counts are told apart by. */
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

    /** The rule's id, the client's address, or the verb; empty for clients that are not told apart. */
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
