package org.smtpguard.bruteforce;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The last {@value #LIMIT} failures that were counted, so that the operator sees which led to a block. Not safe for concurrent use. */
final class RecentFailures {
    static final int LIMIT = 5_000;

    private final Deque<Entry> entries = new ArrayDeque<>();

    void add(Login login, FailedAttempt attempt) {
        if (entries.size() == LIMIT) {
            entries.removeFirst();
        }
        entries.addLast(new Entry(login.userKey, login.networkKey, attempt));
    }

    /** Newest first. */
    List<FailedAttempt> of(Optional<Long> userKey, Optional<Long> networkKey, int limit) {
        return newest(entry -> userKey.filter(key -> key != entry.userKey).isEmpty()
            && networkKey.filter(key -> key != entry.networkKey).isEmpty(), limit);
    }

    /** From all networks within it, newest first. */
    List<FailedAttempt> within(Network range, int limit) {
        return newest(entry -> range.contains(entry.attempt.network()), limit);
    }

    private List<FailedAttempt> newest(Predicate<Entry> isMeant, int limit) {
        List<FailedAttempt> found = new ArrayList<>();
        Iterator<Entry> newestFirst = entries.descendingIterator();
        while (newestFirst.hasNext() && found.size() < limit) {
            Entry entry = newestFirst.next();
            if (isMeant.test(entry)) {
                found.add(entry.attempt);
            }
        }
        return List.copyOf(found);
    }

    private static final class Entry {
        private final long userKey;
        private final long networkKey;
        private final FailedAttempt attempt;

        private Entry(long userKey, long networkKey, FailedAttempt attempt) {
            this.userKey = userKey;
            this.networkKey = networkKey;
            this.attempt = attempt;
        }
    }
}
