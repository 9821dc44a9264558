package org.smtpguard.resilience;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.smtpguard.credential.ClientNetwork;

/**
 * A bounded queue whose places are shared between client networks. Networks are served round robin, and the requests of one network in
 * their order. One network may fill the queue; then a new request from a network with at least two places fewer takes the last place of
 * the network with the most.
 *
 * <p>Operations take O(log n). Only networks with waiting requests are stored. Not thread-safe.
 */
final class FairQueue<T> {
    private final int capacity;
    private final Map<ClientNetwork, Share> shares = new HashMap<>();
    /** In the order of serving. */
    private final Set<Share> turns = new LinkedHashSet<>();
    /** The largest share is last; among equal ones, the newest. */
    private final TreeSet<Share> bySize =
        new TreeSet<>(Comparator.<Share>comparingInt(share -> share.places.size()).thenComparingLong(share -> share.number));
    private final Map<T, QueuePlace> places = new HashMap<>();
    private long arrivals;

    /** @param capacity the maximum number of waiting requests, from 0 */
    FairQueue(int capacity) {
        this.capacity = capacity;
    }

    /**
     * Appends a request to those of its network.
     *
     * @return the request that has no place: empty if there is none, the new one, or the one that it displaced
     */
    Optional<T> offer(ClientNetwork network, T request) {
        if (places.size() < capacity) {
            add(network, request);
            return Optional.empty();
        }
        int own = shares.containsKey(network) ? shares.get(network).places.size() : 0;
        if (bySize.isEmpty() || bySize.last().places.size() < own + 2) {
            return Optional.of(request);
        }
        T displaced = bySize.last().places.lastEntry().getValue();
        remove(displaced);
        add(network, request);
        return Optional.of(displaced);
    }

    /** Removes the first request of the next network; empty if the queue is empty. */
    Optional<T> poll() {
        if (turns.isEmpty()) {
            return Optional.empty();
        }
        Share share = turns.iterator().next();
        T request = share.places.firstEntry().getValue();
        turns.remove(share);
        turns.add(share);
        remove(request);
        return Optional.of(request);
    }

    /** Removes a request, if it is there. */
    void remove(T request) {
        QueuePlace place = places.remove(request);
        if (place != null) {
            Share share = place.share;
            bySize.remove(share);
            share.places.remove(place.number);
            if (share.places.isEmpty()) {
                turns.remove(share);
                shares.remove(share.network);
            } else {
                bySize.add(share);
            }
        }
    }

    /** Removes all requests. */
    List<T> clear() {
        List<T> all = new ArrayList<>(places.keySet());
        places.clear();
        shares.clear();
        turns.clear();
        bySize.clear();
        return all;
    }

    int size() {
        return places.size();
    }

    private void add(ClientNetwork network, T request) {
        long number = arrivals++;
        Share share = shares.computeIfAbsent(network, one -> new Share(one, number));
        bySize.remove(share);
        share.places.put(number, request);
        bySize.add(share);
        turns.add(share);
        places.put(request, new QueuePlace(share, number));
    }

    /** The requests of one network. Compared by identity. */
    private final class Share {
        private final ClientNetwork network;
        private final long number;
        private final TreeMap<Long, T> places = new TreeMap<>();

        Share(ClientNetwork network, long number) {
            this.network = network;
            this.number = number;
        }
    }

    private final class QueuePlace {
        private final Share share;
        private final long number;

        QueuePlace(Share share, long number) {
            this.share = share;
            this.number = number;
        }
    }
}
