package org.smtpguard.bruteforce;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * From which networks users have logged in: at most {@value #NETWORKS_OF_A_USER} of each, the one used longest ago makes place. Only users
 * who have logged in have an entry, so that clients without a password cannot fill it or push anybody out. Not safe for concurrent use.
 */
final class KnownNetworks {
    static final int NETWORKS_OF_A_USER = 16;

    private final Map<Long, Networks> users = new HashMap<>();
    private final int limit;
    private final int keep;

    /**
     * @param limit of the number of users
     * @param keep how long a network stays known after the last log-in, in seconds
     */
    KnownNetworks(int limit, int keep) {
        this.limit = limit;
        this.keep = keep;
    }

    boolean has(long user, long network, int now) {
        Networks networks = users.get(user);
        return networks != null && networks.has(network, now - keep);
    }

    /** The user has logged in from the network. */
    void add(long user, long network, int now) {
        Networks networks = users.get(user);
        if (networks == null) {
            if (users.size() >= limit) {
                users.values().removeIf(old -> old.isOlderThan(now - keep));
            }
            if (users.size() >= limit) {
                return;
            }
            networks = new Networks();
            users.put(user, networks);
        }
        networks.add(network, now);
    }

    int users() {
        return users.size();
    }

    private static final class Networks {
        private long[] networks = new long[1];
        private int[] lastSeen = new int[1];
        private int count;

        boolean has(long network, int since) {
            for (int i = 0; i < count; i++) {
                if (networks[i] == network) {
                    return lastSeen[i] >= since;
                }
            }
            return false;
        }

        void add(long network, int now) {
            int at = 0;
            while (at < count && networks[at] != network) {
                at++;
            }
            if (at == NETWORKS_OF_A_USER) {
                at = oldest();
            } else if (at == count) {
                if (count == networks.length) {
                    networks = Arrays.copyOf(networks, 2 * count);
                    lastSeen = Arrays.copyOf(lastSeen, 2 * count);
                }
                count++;
            }
            networks[at] = network;
            lastSeen[at] = now;
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
