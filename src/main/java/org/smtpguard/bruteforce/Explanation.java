package org.smtpguard.bruteforce;

import java.util.List;
import java.util.Optional;

/** Why log-ins of a user or from a network are refused or not, for the operator. Immutable; holds no secret. */
public final class Explanation {
    private final Optional<String> user;
    private final Optional<Network> network;
    private final boolean isExempt;
    private final boolean isKnown;
    private final int failures;
    private final String limit;
    private final List<Block> blocks;
    private final List<FailedAttempt> recent;

    Explanation(Optional<String> user, Optional<Network> network, boolean isExempt, boolean isKnown, int failures, String limit,
                List<Block> blocks, List<FailedAttempt> recent) {
        this.user = user;
        this.network = network;
        this.isExempt = isExempt;
        this.isKnown = isKnown;
        this.failures = failures;
        this.limit = limit;
        this.blocks = List.copyOf(blocks);
        this.recent = List.copyOf(recent);
    }

    public Optional<String> user() {
        return user;
    }

    public Optional<Network> network() {
        return network;
    }

    /** Whether nothing is counted at the network. */
    public boolean isExempt() {
        return isExempt;
    }

    /** Whether the user has logged in from the network, within the time that this is remembered. */
    public boolean isKnown() {
        return isKnown;
    }

    /** How many failures count now: of the user if there is one, else at the network. */
    public int failures() {
        return failures;
    }

    /** How many there may be, in words. */
    public String limit() {
        return limit;
    }

    /** The blocks that hold now. */
    public List<Block> blocks() {
        return blocks;
    }

    /** The last failures that were counted, newest first. */
    public List<FailedAttempt> recent() {
        return recent;
    }
}
