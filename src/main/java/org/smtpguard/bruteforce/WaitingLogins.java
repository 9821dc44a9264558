package org.smtpguard.bruteforce;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Log-ins that wait for others of the same network or user, in order of arrival. Bounded. Not safe for concurrent use. */
final class WaitingLogins {
    private static final int LIMIT = 10_000;
    private static final int LIMIT_OF_A_LINE = 500;
    private static final Duration WAIT = Duration.ofSeconds(10);

    private final Map<Long, Deque<Waiter>> lines = new HashMap<>();
    private int waiters;

    /** @return false if there is no room; else the admission is completed with OVERLOADED after 10 seconds, if not released before */
    boolean add(long key, Waiter waiter) {
        Deque<Waiter> line = lines.computeIfAbsent(key, any -> new ArrayDeque<>());
        line.removeIf(gone -> gone.admission.isDone() && --waiters >= 0);
        if (waiters >= LIMIT || line.size() >= LIMIT_OF_A_LINE) {
            return false;
        }
        waiters++;
        line.add(waiter);
        waiter.admission.completeOnTimeout(Admission.overloaded(), WAIT.toMillis(), TimeUnit.MILLISECONDS);
        return true;
    }

    /** Moves so many that still wait to the list. */
    void release(long key, int places, List<Waiter> released) {
        Deque<Waiter> line = lines.get(key);
        if (line == null) {
            return;
        }
        int left = places;
        while (left > 0 && !line.isEmpty()) {
            Waiter waiter = line.remove();
            waiters--;
            if (!waiter.admission.isDone()) {
                released.add(waiter);
                left--;
            }
        }
        if (line.isEmpty()) {
            lines.remove(key);
        }
    }

    static final class Waiter {
        final Login login;
        final Optional<String> session;
        final CompletableFuture<Admission> admission;

        Waiter(Login login, Optional<String> session, CompletableFuture<Admission> admission) {
            this.login = login;
            this.session = session;
            this.admission = admission;
        }
    }
}
