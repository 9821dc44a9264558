package org.smtpguard.bruteforce;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The blocks that operators have made, at most {@value #LIMIT}. Times as in {@link LoginCounts}. Not safe for concurrent use. */
final class BlocksByHand {
    static final int LIMIT = 256;

    private final List<Entry> entries = new ArrayList<>();

    /** The first of the user or the network. Without garbage: it is called for each log-in. */
    Optional<Block> find(long userKey, Network network, int now) {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.end > now && (entry.isOf(network) || entry.isOf(userKey))) {
                return Optional.of(entry.block);
            }
        }
        return Optional.empty();
    }

    /** The first of the network. */
    Optional<Block> find(Network network, int now) {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.end > now && entry.isOf(network)) {
                return Optional.of(entry.block);
            }
        }
        return Optional.empty();
    }

    /** @return false if there are too many */
    boolean add(Optional<Network> network, Optional<Long> userKey, Block block, int now) {
        entries.removeIf(entry -> entry.end <= now || (entry.network.equals(network) && entry.userKey.equals(userKey)));
        return entries.size() < LIMIT && entries.add(new Entry(network, userKey, block));
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** @return those within the network, or of the user */
    List<Block> remove(Optional<Network> range, Optional<Long> userKey) {
        return remove(entry -> entry.network.filter(network -> range.filter(wider -> wider.contains(network)).isPresent()).isPresent()
            || (userKey.isPresent() && entry.userKey.equals(userKey)));
    }

    List<Block> removeEnded(int now) {
        return remove(entry -> entry.end <= now);
    }

    private List<Block> remove(Predicate<Entry> isMeant) {
        List<Block> removed = new ArrayList<>();
        for (Iterator<Entry> left = entries.iterator(); left.hasNext();) {
            Entry entry = left.next();
            if (isMeant.test(entry)) {
                left.remove();
                removed.add(entry.block);
            }
        }
        return removed;
    }

    List<Block> all(int now) {
        return entries.stream().filter(entry -> entry.end > now).map(entry -> entry.block).collect(Collectors.toUnmodifiableList());
    }

    List<Block> of(Optional<Long> userKey, Optional<Network> network, int now) {
        return entries.stream().filter(entry -> entry.end > now)
            .filter(entry -> network.filter(entry::overlaps).isPresent() || userKey.filter(entry::isOf).isPresent())
            .map(entry -> entry.block).collect(Collectors.toUnmodifiableList());
    }

    private static final class Entry {
        private final Optional<Network> network;
        private final Optional<Long> userKey;
        private final Block block;
        private final int end;

        private Entry(Optional<Network> network, Optional<Long> userKey, Block block) {
            this.network = network;
            this.userKey = userKey;
            this.block = block;
            this.end = LoginCounts.time(block.until());
        }

        boolean isOf(Network address) {
            return network.isPresent() && network.get().contains(address);
        }

        boolean overlaps(Network range) {
            return isOf(range) || network.filter(range::contains).isPresent();
        }

        boolean isOf(long user) {
            return userKey.isPresent() && userKey.get() == user;
        }
    }
}
