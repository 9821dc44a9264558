package org.smtpguard.bruteforce;

import java.util.Optional;

/** The log-in of a user from a network, by the keys under which it is counted. Immutable. */
final class Login {
    private static final int USER_SHIFT = 16;

    /** Empty if another server of the cluster has counted the log-in, and its name cannot be read here. */
    final Optional<String> user;
    final Network network;
    final long userKey;
    final long networkKey;
    final long pairKey;

    Login(Optional<String> user, Network network, long userKey, long networkKey, long pairKey) {
        this.user = user;
        this.network = network;
        this.userKey = userKey;
        this.networkKey = networkKey;
        this.pairKey = pairKey;
    }

    /** Distinguishes the users of a network, nearly always. */
    int userPart() {
        return (int) (userKey >>> (Long.SIZE - USER_SHIFT));
    }
}
