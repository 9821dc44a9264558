package org.smtpguard.backend.apppassword;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.backend.support.LastingProblem;
import org.smtpguard.credential.AppPassword;
import org.smtpguard.credential.KeyShape;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.WorkerPool;

/**
 * Warns in the log, once for each app password, a week before it expires. Looks once an hour, and when something has changed here; counts
 * SCRAM keys at the same time.
 *
 * <p>Threads: looks on a worker; if none is free, it looks an hour later.
 */
final class ExpiryWatch {
    static final Duration NOTICE = Duration.ofDays(7);

    private static final Logger LOGGER = LoggerFactory.getLogger(ExpiryWatch.class);
    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration INTERVAL = Duration.ofHours(1);

    private final String backend;
    private final AppPasswordStore store;
    private final WorkerPool workers;
    private final Clock clock;
    private final LastingProblem problem;
    /** Guarded by this. Ids of those that expire soon, so it does not grow. */
    private Set<String> warned = Set.of();
    private volatile List<Instant> ends = List.of();
    private volatile Map<KeyShape, Long> shapes = Map.of();
    private volatile boolean isClosed;

    ExpiryWatch(String backend, AppPasswordStore store, WorkerPool workers, Clock clock) {
        this.backend = backend;
        this.store = store;
        this.workers = workers;
        this.clock = clock;
        this.problem = new LastingProblem(LOGGER, backend);
    }

    void start() {
        next(FIRST);
    }

    private void next(Duration after) {
        CompletableFuture.delayedExecutor(after.toMillis(), TimeUnit.MILLISECONDS, Runnable::run).execute(() -> {
            if (!isClosed) {
                workers.submit(Origin.byHand(), () -> {
                    look();
                    return true;
                }).whenComplete((done, failure) -> next(INTERVAL));
            }
        });
    }

    /** Looks now. May block. A store that is unavailable is reported in the log. */
    void look() {
        try {
            Instant now = clock.instant();
            List<AppPassword> soon = store.expiring(now, now.plus(NOTICE));
            shapes = store.shapes();
            ends = soon.stream().flatMap(one -> one.expires().stream()).collect(Collectors.toUnmodifiableList());
            unwarned(soon).forEach(one -> LOGGER.warn("Backend {}: the app password {} ({}) of {} expires at {}, and is then refused;"
                + " create a new one for the device", backend, one.id(), one.label(), one.user(),
                one.expires().orElse(now).truncatedTo(ChronoUnit.SECONDS)));
            problem.resolved();
        } catch (StoreException | RuntimeException e) {
            problem.report(e instanceof StoreException ? e.getMessage() : "cannot look for app passwords that expire: "
                + e.getClass().getName());
        }
    }

    private synchronized List<AppPassword> unwarned(List<AppPassword> soon) {
        Set<String> before = warned;
        warned = soon.stream().map(AppPassword::id).collect(Collectors.toCollection(HashSet::new));
        return soon.stream().filter(one -> !before.contains(one.id())).collect(Collectors.toList());
    }

    /** As of the last look. */
    long expiringBefore(Instant time) {
        Instant now = clock.instant();
        return ends.stream().filter(end -> end.isAfter(now) && end.isBefore(time)).count();
    }

    /** The shapes of SCRAM keys, as of the last look. */
    Map<KeyShape, Long> shapes() {
        return shapes;
    }

    void close() {
        isClosed = true;
    }
}
