package org.smtpguard.bruteforce;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A block: log-ins of whom are refused, why and until when. Immutable; holds no secret. */
public final class Block {
    /** Whose log-ins are refused. */
    public enum Subject {
        /** All from the network, except for users who have logged in from it before. */
        NETWORK,
        /** All of the user, except from networks from which the user has logged in before. */
        USER,
        /** Those of the user from a network from which the user has logged in before. */
        USER_AT_NETWORK
    }

    private final Subject subject;
    private final Optional<Network> network;
    private final Optional<String> user;
    private final boolean isByHand;
    private final String reason;
    private final Instant since;
    private final Instant until;
    private final List<FailedAttempt> failures;

    Block(Subject subject, Optional<Network> network, Optional<String> user, boolean isByHand, String reason, Instant since, Instant until,
          List<FailedAttempt> failures) {
        this.subject = subject;
        this.network = network;
        this.user = user;
        this.isByHand = isByHand;
        this.reason = reason;
        this.since = since;
        this.until = until;
        this.failures = List.copyOf(failures);
    }

    /** The same until another time. */
    Block lasting(Instant end) {
        return new Block(subject, network, user, isByHand, reason, since, end, failures);
    }

    public Subject subject() {
        return subject;
    }

    /** Empty if the block is of a user, from all networks. */
    public Optional<Network> network() {
        return network;
    }

    /** Empty if the block is of a network, or if another server of the cluster saw the user and its name cannot be read here. */
    public Optional<String> user() {
        return user;
    }

    /** Whether an operator has made it. Such a block has no exceptions: it refuses all log-ins of the network or user. */
    public boolean isByHand() {
        return isByHand;
    }

    /** For the operator. */
    public String reason() {
        return reason;
    }

    public Instant since() {
        return since;
    }

    public Instant until() {
        return until;
    }

    /** The failed log-ins that led to it, newest first; of many the last, and not all of them after a restart or in a flood. */
    public List<FailedAttempt> failures() {
        return failures;
    }

    @Override
    public String toString() {
        return subject + network.map(range -> " " + range).orElse("") + user.map(name -> " " + name).orElse("") + " until " + until;
    }
}
