package org.smtpguard.resilience;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Derives the {@link Health} of a backend from what happened last: the answers and failures of requests, which the
 * {@link CircuitBreaker} knows, its checks, overload of this server, and the flaw that the backend reports.
 *
 * <p><b>Down</b>: the circuit is not closed; or the last request failed for a reason that no log-in can cause; or so many requests in a row
 * failed that the circuit would open; or the last check failed, and no request was answered since. <b>Degraded</b>: a request failed that
 * may have failed for its user only, this server was overloaded in the last minute, the check fails again and again though requests are
 * answered, or the backend reports a flaw. {@code docs/monitoring.md} has the table.
 *
 * <p>A successful check counts as an answer only after failures that a check can see ({@link CircuitBreaker#checked}).
 *
 * <p>Threads: any. Lock order: {@link HealthRecord}, this, {@link CircuitBreaker}.
 */
final class BackendHealth {
    /** How long overload and failures are remembered while other requests are answered. */
    static final Duration RECENT = Duration.ofMinutes(1);

    private final CircuitBreaker breaker;
    private final Supplier<Optional<String>> flaw;
    private final Time time;
    private final HealthRecord record;
    // Guarded by this.
    private Optional<Instant> answeredAt = Optional.empty();
    private boolean isChecked;
    private boolean usesExpired;
    private Optional<CheckProblem> checkProblem = Optional.empty();
    private Optional<RecentEvent> unanswered = Optional.empty();
    private Optional<RecentEvent> overload = Optional.empty();

    /** @param flaw what the backend reports; may fail */
    BackendHealth(String backend, CircuitBreaker breaker, Supplier<Optional<String>> flaw, Time time) {
        this.breaker = breaker;
        this.flaw = flaw;
        this.time = time;
        this.record = new HealthRecord("backend=" + backend, "not queried yet", time.now());
    }

    /** @param action called after each line that is logged */
    void afterLine(Runnable action) {
        record.afterLine(action);
    }

    /** A request was answered, which the circuit breaker knows already. */
    void answered() {
        synchronized (this) {
            answeredAt = Optional.of(time.now());
            usesExpired = false;
            checkProblem = checkProblem.map(CheckProblem::disprove);
        }
        now();
    }

    /** A request failed and does not count towards the circuit, since others are answered. */
    void unanswered(String reason) {
        synchronized (this) {
            unanswered = Optional.of(new RecentEvent(reason, time.now()));
        }
        now();
    }

    /** A request failed because of this server. */
    void overloaded(String reason) {
        synchronized (this) {
            overload = Optional.of(new RecentEvent(reason, time.now()));
        }
        now();
    }

    /** A request was answered with an expired verdict, since the backend failed. */
    synchronized void usedExpired() {
        usesExpired = true;
    }

    /** @param sentAt when the check began, by {@link Time#nanos()} */
    void checkSucceeded(long sentAt) {
        synchronized (this) {
            isChecked = true;
            boolean failedBefore = checkProblem.isPresent();
            checkProblem = Optional.empty();
            if (breaker.checked(sentAt, failedBefore)) {
                usesExpired = false;
            }
        }
        now();
    }

    void checkFailed(String problem) {
        synchronized (this) {
            checkProblem = Optional.of(checkProblem.filter(known -> known.text.equals(problem)).map(CheckProblem::again)
                .orElseGet(() -> new CheckProblem(problem, Weight.OUTAGE)));
        }
        now();
    }

    /** The health now. */
    Health now() {
        // Not under a lock, since it is the backend's code.
        Optional<String> reported = flaw();
        return record.update(() -> find(reported));
    }

    /** When a request was answered last. */
    synchronized Optional<Instant> answeredAt() {
        return answeredAt;
    }

    private Optional<String> flaw() {
        try {
            return flaw.get();
        } catch (RuntimeException e) {
            return Optional.of("its state cannot be read (" + e.getClass().getName() + ")");
        }
    }

    private synchronized Health find(Optional<String> reported) {
        Instant now = time.now();
        CircuitBreaker.Run run = breaker.run();
        Optional<String> check = problem(Weight.OUTAGE);
        List<String> reasons = new ArrayList<>();
        run.reason().ifPresent(reasons::add);
        check.filter(text -> run.reason().filter(reason -> reason.endsWith(text)).isEmpty()).ifPresent(reasons::add);
        if (usesExpired) {
            reasons.add("users are answered from expired entries of its cache, as far as there are any");
        }
        if (run.isDown() || check.isPresent()) {
            return Health.of(Health.State.DOWN, String.join("; ", reasons), now);
        }
        recent(unanswered, now).ifPresent(event -> reasons.add("not all requests are answered: " + event.reason));
        recent(overload, now).ifPresent(event -> reasons.add("this server is overloaded, not the backend: " + event.reason));
        problem(Weight.FLAW).ifPresent(text -> reasons.add("it answers requests, but its check fails: " + text));
        reported.ifPresent(reasons::add);
        return reasons.isEmpty() ? Health.of(Health.State.HEALTHY, healthy(), now)
            : Health.of(Health.State.DEGRADED, String.join("; ", reasons), now);
    }

    private synchronized String healthy() {
        return answeredAt.isPresent() ? "it answers" : isChecked ? "its check succeeded; no request was answered yet" : "not queried yet";
    }

    private static Optional<RecentEvent> recent(Optional<RecentEvent> event, Instant now) {
        return event.filter(past -> past.at.plus(RECENT).isAfter(now));
    }

    private Optional<String> problem(Weight weight) {
        return checkProblem.filter(problem -> problem.weight == weight).map(problem -> problem.text);
    }

    /** What a problem that a check has found shows. */
    private enum Weight {
        /** The backend does not answer. */
        OUTAGE,
        /** Nothing any more: a request was answered since. */
        NONE,
        /** The check fails again, though requests are answered in between. */
        FLAW
    }

    private static final class CheckProblem {
        private final String text;
        private final Weight weight;

        CheckProblem(String text, Weight weight) {
            this.text = text;
            this.weight = weight;
        }

        /** A request was answered nevertheless. */
        CheckProblem disprove() {
            return weight == Weight.FLAW ? this : new CheckProblem(text, Weight.NONE);
        }

        /** The next check has found the same. */
        CheckProblem again() {
            return weight == Weight.NONE ? new CheckProblem(text, Weight.FLAW) : this;
        }
    }

    private static final class RecentEvent {
        private final String reason;
        private final Instant at;

        RecentEvent(String reason, Instant at) {
            this.reason = reason;
            this.at = at;
        }
    }
}
