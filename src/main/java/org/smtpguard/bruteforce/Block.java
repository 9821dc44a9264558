package org.smtpguard.bruteforce;

import java.time.Instant;
import java.util.Optional;

/** That log-ins are refused, of whom, why and until when. Immutable; holds no secret. */
public final class Block {
    /** Whose log-ins are refused. */
    public enum Subject {
        /** All from the network, but for users who have logged in from it before. */
        NETWORK,
        /** All of the user, but for those from networks from which the user has logged in before. */
        USER,
        /** Those of the user from that network, which is known of them. */
        USER_AT_NETWORK
    }

    private final Subject subject;
    private final Optional<Network> network;
    private final Optional<String> user;
    private final String reason;
    private final Instant since;
    private final Instant until;

    Block(Subject subject, Optional<Network> network, Optional<String> user, String reason, Instant since, Instant until) {
        this.subject = subject;
        this.network = network;
        this.user = user;
        this.reason = reason;
        this.since = since;
        this.until = until;
    }

    public Subject subject() {
        return subject;
    }

    /** Empty if it is the user's everywhere. */
    public Optional<Network> network() {
        return network;
    }

    /** Empty if it is the network's for all users. */
    public Optional<String> user() {
        return user;
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

    @Override
    public String toString() {
        return subject + network.map(range -> " " + range).orElse("") + user.map(name -> " " + name).orElse("") + " until " + until;
    }
}
