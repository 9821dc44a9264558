package org.smtpguard.bruteforce;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Why log-ins of a user or from a network are refused or not, for the operator. Immutable; holds no secret. */
public final class Explanation {
    private final Optional<String> user;
    private final Optional<Network> network;
    private final boolean isExempt;
    private final int knownNetworks;
    private final OptionalInt failures;
    private final String limit;
    private final List<Block> blocks;
    private final List<FailedAttempt> recent;

    private Explanation(Optional<String> user, Optional<Network> network, boolean isExempt, int knownNetworks, OptionalInt failures,
                        String limit, List<Block> blocks, List<FailedAttempt> recent) {
        this.user = user;
        this.network = network;
        this.isExempt = isExempt;
        this.knownNetworks = knownNetworks;
        this.failures = failures;
        this.limit = limit;
        this.blocks = List.copyOf(blocks);
        this.recent = List.copyOf(recent);
    }

    static Explanation ofNetwork(Network network, boolean isExempt, OptionalInt failures, String limit, List<Block> blocks,
                                 List<FailedAttempt> recent) {
        return new Explanation(Optional.empty(), Optional.of(network), isExempt, 0, failures, limit, blocks, recent);
    }

    static Explanation ofUser(String user, int knownNetworks, int failures, String limit, List<Block> blocks, List<FailedAttempt> recent) {
        return new Explanation(Optional.of(user), Optional.empty(), false, knownNetworks, OptionalInt.of(failures), limit, blocks, recent);
    }

    /** Present if a user is explained. */
    public Optional<String> user() {
        return user;
    }

    /** Present if a network is explained: the one at which the address is counted. */
    public Optional<Network> network() {
        return network;
    }

    /** Whether nothing is counted at the network. */
    public boolean isExempt() {
        return isExempt;
    }

    /** From how many networks the user has logged in, within the time that this is remembered; 0 for a network. */
    public int knownNetworks() {
        return knownNetworks;
    }

    /** How many failures count now: of the user if there is one, else at the network. Empty for a range of networks, each with its own. */
    public OptionalInt failures() {
        return failures;
    }

    /** How many there may be, in words. */
    public String limit() {
        return limit;
    }

    /** The blocks that hold now: those of the user, everywhere or at one network; or those of the network, within it, or around it. */
    public List<Block> blocks() {
        return blocks;
    }

    /** The last failures that were counted, newest first. */
    public List<FailedAttempt> recent() {
        return recent;
    }
}
