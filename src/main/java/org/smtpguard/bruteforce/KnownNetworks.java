package org.smtpguard.bruteforce;

import java.util.Arrays;

/**
 * From which networks users have logged in: at most {@value #NETWORKS_OF_A_USER} for each user; a new one replaces the one used longest
 * ago. Only users who have logged in have an entry, so that clients without a password cannot fill the table or displace an entry. Not
 * safe for concurrent use.
 */
final class KnownNetworks {
    static final int NETWORKS_OF_A_USER = 16;
    private static final int FIRST_BUCKETS = 1024;
    /** A log-in is news if the last one was so many parts of the time that networks are kept ago. */
    private static final int REFRESHES = 8;

    private final int limit;
    private final int keep;
    private User[] buckets = new User[FIRST_BUCKETS];
    private int size;
    private int nextSweep;

    /**
     * @param limit of the number of users
     * @param keep how long a network stays known after the last log-in, in seconds
     */
    KnownNetworks(int limit, int keep) {
        this.limit = limit;
        this.keep = keep;
    }

    boolean has(long user, long network, int now) {
        User found = find(user);
        return found != null && found.has(network, now - keep);
    }

    /** From how many networks the user has logged in, of those that are still known. */
    int count(long user, int now) {
        User found = find(user);
        return found == null ? 0 : found.countSince(now - keep);
    }

    /**
     * The user has logged in from the network.
     *
     * @return whether this is news, and not only later than a log-in that is remembered
     */
    boolean add(long user, long network, int now) {
        User found = find(user);
        if (found == null) {
            if (size >= limit && now >= nextSweep) {
                removeOlderThan(now - keep);
                // A table full of users that are all needed is not searched again for each log-in.
                nextSweep = now + keep / REFRESHES;
            }
            if (size >= limit) {
                return false;
            }
            found = insert(user);
        }
        return found.add(network, now, now - keep / REFRESHES);
    }

    int users() {
        return size;
    }

    private User find(long user) {
        for (User found = buckets[bucket(user)]; found != null; found = found.next) {
            if (found.key == user) {
                return found;
            }
        }
        return null;
    }

    private User insert(long user) {
        if (size == buckets.length) {
            User[] before = buckets;
            buckets = new User[before.length * 2];
            for (User first : before) {
                for (User moved = first; moved != null;) {
                    User following = moved.next;
                    link(moved);
                    moved = following;
                }
            }
        }
        User inserted = new User(user);
        link(inserted);
        size++;
        return inserted;
    }

    private void link(User user) {
        int bucket = bucket(user.key);
        user.next = buckets[bucket];
        buckets[bucket] = user;
    }

    private void removeOlderThan(int since) {
        for (int i = 0; i < buckets.length; i++) {
            User kept = null;
            for (User user = buckets[i]; user != null;) {
                User following = user.next;
                if (user.isOlderThan(since)) {
                    size--;
                } else {
                    user.next = kept;
                    kept = user;
                }
                user = following;
            }
            buckets[i] = kept;
        }
    }

    /** Keys are keyed hashes: their bits are as good as random. */
    private int bucket(long key) {
        return (int) (key ^ key >>> Integer.SIZE) & buckets.length - 1;
    }

    private static final class User {
        private final long key;
        /** The next in the same bucket. */
        private User next;
        private long[] networks = new long[1];
        private int[] lastSeen = new int[1];
        private int count;

        private User(long key) {
            this.key = key;
        }

        boolean has(long network, int since) {
            for (int i = 0; i < count; i++) {
                if (networks[i] == network) {
                    return lastSeen[i] >= since;
                }
            }
            return false;
        }

        int countSince(int since) {
            int known = 0;
            for (int i = 0; i < count; i++) {
                if (lastSeen[i] >= since) {
                    known++;
                }
            }
            return known;
        }

        boolean add(long network, int now, int recent) {
            int at = 0;
            while (at < count && networks[at] != network) {
                at++;
            }
            boolean isNews = at == count || lastSeen[at] < recent;
            if (at == NETWORKS_OF_A_USER) {
                at = oldest();
            } else if (at == count) {
                if (count == networks.length) {
                    networks = Arrays.copyOf(networks, 2 * count);
                    lastSeen = Arrays.copyOf(lastSeen, 2 * count);
                }
                count++;
            }
            lastSeen[at] = networks[at] == network ? Math.max(lastSeen[at], now) : now;
            networks[at] = network;
            return isNews;
        }

        private int oldest() {
            int oldest = 0;
            for (int i = 1; i < count; i++) {
                if (lastSeen[i] < lastSeen[oldest]) {
                    oldest = i;
                }
            }
            return oldest;
        }

        boolean isOlderThan(int since) {
            for (int i = 0; i < count; i++) {
                if (lastSeen[i] >= since) {
                    return false;
                }
            }
            return true;
        }
    }
}
