package org.smtpguard.backend;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

import org.smtpguard.password.PasswordHash;
import org.smtpguard.password.PasswordScheme;
import org.smtpguard.password.PasswordSchemes;

/**
 * Which hash a stranger's password is checked against, so that a stranger costs what a user costs. Immutable.
 *
 * <p>Where all hashes cost the same, every decoy costs just that. Where they differ, no single decoy would do: whoever
 * takes another time than the decoy would be known to exist. So each strange name has its own fixed cost, drawn by a keyed
 * hash of the name from the costs of the users, as often as they occur there: strangers look like one more sample of the users.
 */
final class Decoys {
    /** What {@link #with} remembers at most: nobody has more on purpose. */
    private static final int MOST_COSTS = 64;

    /** Ordered by cost, so that a user more or less gives few strangers another cost. Never empty. */
    private final SortedMap<String, Share> shares;
    private final byte[] key;

    private Decoys(SortedMap<String, Share> shares, byte[] key) {
        this.shares = shares;
        this.key = key;
    }

    /**
     * Decoys for these users. As long as there is none, strangers cost what a new hash costs.
     *
     * @param key random; decides which stranger costs what, and therefore stays the same while the users change
     */
    static Decoys of(Collection<PasswordHash> users, PasswordSchemes schemes, byte[] key) {
        SortedMap<String, Share> shares = new TreeMap<>();
        users.forEach(hash -> count(hash, shares));
        if (shares.isEmpty()) {
            PasswordScheme preferred = schemes.preferred();
            PasswordHash fresh = preferred.read(preferred.hash("nobody".getBytes(StandardCharsets.US_ASCII)));
            shares.put(costOf(fresh), new Share(fresh.decoy(), 0));
        }
        return new Decoys(shares, key.clone());
    }

    /** The same with one user more. */
    Decoys with(PasswordHash user) {
        SortedMap<String, Share> more = new TreeMap<>(shares);
        more.values().removeIf(share -> share.users == 0);
        if (more.size() == MOST_COSTS && !more.containsKey(costOf(user))) {
            return this;
        }
        count(user, more);
        return new Decoys(more, key);
    }

    private static void count(PasswordHash hash, SortedMap<String, Share> shares) {
        Share before = shares.get(costOf(hash));
        shares.put(costOf(hash), before == null ? new Share(hash.decoy(), 1) : new Share(before.decoy, before.users + 1));
    }

    private static String costOf(PasswordHash hash) {
        return hash.scheme() + " " + hash.cost();
    }

    /**
     * The decoy for a stranger: a hash that takes no password.
     *
     * @param name a normalised name
     */
    PasswordHash of(String name) {
        long place = (long) (fraction(name) * shares.values().stream().mapToLong(share -> share.users).sum());
        for (Share share : shares.values()) {
            place -= share.users;
            if (place < 0) {
                return share.decoy;
            }
        }
        return shares.get(shares.lastKey()).decoy;
    }

    /** Of each name its own, from 0 to below 1. */
    private double fraction(String name) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(key);
            return (ByteBuffer.wrap(sha256.digest(name.getBytes(StandardCharsets.UTF_8))).getLong() >>> 11) * 0x1.0p-53;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** How many users have hashes of one cost. */
    private static final class Share {
        private final PasswordHash decoy;
        private final long users;

        Share(PasswordHash decoy, long users) {
            this.decoy = decoy;
            this.users = users;
        }
    }
}
