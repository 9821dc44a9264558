package org.smtpguard.resilience;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.resilience.BackendStatus.State;

/**
 * Protects a failing backend from requests. After a number of failures in a row the circuit is open: requests are answered immediately,
 * without a query. After a delay one trial request is admitted (the circuit is half-open); if it is answered, the circuit is closed again.
 * A successful check closes it too, after failures that a check can see ({@link #checked}).
 *
 * <p>Each admitted request carries the number of the period in which it was admitted. The outcome of a request from before the circuit
 * opened says nothing about the backend's present state, and is not counted.
 *
 * <p>A failure that the log-in may have caused ({@link CredentialResult#isPerhapsForThisUser}) is not counted if the backend has answered
 * another request since, or has refused one within the last minute: servers delay replies after wrong passwords. If the circuit opened
 * because of such failures only, requests for users without such a failure are admitted immediately, up to {@value #MAX_NAMES} users.
 *
 * <p>Threads: any. The state changes under this object's lock, which is held briefly and never while logging.
 */
final class CircuitBreaker {
    private static final Logger LOGGER = LoggerFactory.getLogger(CircuitBreaker.class);

    /** Dovecot delays answers for up to a minute after a wrong password. */
    private static final Duration PENALTY = Duration.ofMinutes(1);
    private static final int MAX_NAMES = 100;
    /** So many failures in a row show that the backend is down if the circuit never opens: as many as open it by default. */
    private static final int MANY = 5;

    private final String backend;
    private final int maxFailures;
    private final Duration retryAfter;
    private final Time time;
    private State state = State.CLOSED;
    private long period;
    private long failures;
    private long triedAt;
    private long failedAt;
    private Optional<BackendStatus.Failure> last = Optional.empty();
    private Optional<Long> answeredAt = Optional.empty();
    private Optional<Long> refusedAt = Optional.empty();
    /** Users whose log-ins failed in this run of failures. */
    private final Set<String> names = new HashSet<>();
    private boolean isProven;
    private boolean isExtraTrial;

    /**
     * @param maxFailures the number of failures in a row that opens the circuit; 0 for never
     * @param retryAfter how long the circuit is open before a trial request is admitted
     */
    CircuitBreaker(String backend, int maxFailures, Duration retryAfter, Time time) {
        this.backend = backend;
        this.maxFailures = maxFailures;
        this.retryAfter = retryAfter;
        this.time = time;
    }

    /** Why a request for this user would not be admitted now; empty if it would be. */
    synchronized Optional<String> refusal(String name) {
        switch (state) {
            case OPEN:
                return isDue() || isNew(name) ? Optional.empty() : Optional.of(reason());
            case HALF_OPEN:
                return Optional.of(reason());
            default:
                return Optional.empty();
        }
    }

    private boolean isDue() {
        return time.nanos() - triedAt >= retryAfter.toNanos();
    }

    private boolean isNew(String name) {
        return !isProven && names.size() < MAX_NAMES && !names.contains(name);
    }

    /** The reason with which requests are answered that are not admitted. */
    synchronized String reason() {
        return "circuit open: " + words();
    }

    private synchronized String words() {
        return (failures == 1 ? "1 failure" : failures + " failures in a row, the last") + last.map(fault -> ": "
            + fault.reason()).orElse("");
    }

    /**
     * Admits a request.
     *
     * @return the number of the period, with which the outcome has to be reported; empty if the request is not admitted
     */
    synchronized OptionalLong admit(String name) {
        if (refusal(name).isPresent()) {
            return OptionalLong.empty();
        }
        if (state == State.OPEN) {
            isExtraTrial = !isDue();
            state = State.HALF_OPEN;
            period++;
        }
        return OptionalLong.of(period);
    }

    /**
     * Reports that a request was answered.
     *
     * @param admitted the period of the request
     * @param refused whether the answer was a refusal
     */
    void answered(long admitted, boolean refused) {
        boolean closes;
        synchronized (this) {
            answeredAt = Optional.of(time.nanos());
            refusedAt = refused ? answeredAt : refusedAt;
            if (admitted != period) {
                return;
            }
            closes = state != State.CLOSED;
            endRun();
        }
        if (closes) {
            LOGGER.info("Backend {} has answered: circuit closed", backend);
        }
    }

    /**
     * Reports that a check of the backend has succeeded. It ends a run of failures that a check can see: one of them was no log-in's fault,
     * or a check has failed too. The service is then known to be back, and no log-in has to be the trial request.
     *
     * @param sentAt when the check began, by {@link Time#nanos()}: it says nothing about failures after that
     * @param failedBefore whether the check before this one had failed
     * @return whether it ended a run of failures
     */
    boolean checked(long sentAt, boolean failedBefore) {
        boolean closes;
        synchronized (this) {
            boolean endsRun = failures > 0 && failedAt - sentAt < 0 && (isProven || failedBefore);
            if (!endsRun) {
                return false;
            }
            closes = state != State.CLOSED;
            endRun();
        }
        if (closes) {
            LOGGER.info("The check of backend {} has succeeded: circuit closed", backend);
        }
        return true;
    }

    private synchronized void endRun() {
        failures = 0;
        names.clear();
        isProven = false;
        if (state != State.CLOSED) {
            state = State.CLOSED;
            period++;
        }
    }

    /**
     * Reports that a request was not answered.
     *
     * @param admitted the period of the request
     * @param sentAt when it was sent to the backend, by {@link Time#nanos()}
     * @param name the user of the request
     * @param why a result of the kind {@link CredentialResult.Kind#UNAVAILABLE}
     * @return what came of it
     */
    Effect failed(long admitted, long sentAt, String name, CredentialResult why) {
        boolean opens;
        synchronized (this) {
            if (admitted != period) {
                return Effect.NONE;
            }
            last = Optional.of(new BackendStatus.Failure(why.reason(), time.now()));
            if (why.isPerhapsForThisUser() && state == State.CLOSED && isExplained(sentAt)) {
                return Effect.UNCOUNTED;
            }
            failures++;
            failedAt = time.nanos();
            isProven |= !why.isPerhapsForThisUser();
            if (names.size() < MAX_NAMES) {
                names.add(name);
            }
            opens = state == State.CLOSED && maxFailures > 0 && failures >= maxFailures;
            if (opens || state == State.HALF_OPEN) {
                triedAt = isExtraTrial && !opens ? triedAt : time.nanos();
                state = State.OPEN;
                period++;
            }
        }
        if (opens) {
            LOGGER.warn("Backend {}: circuit open, one request every {} ms is let through: {}", backend, retryAfter.toMillis(), words());
        }
        return opens ? Effect.OPENED : Effect.COUNTED;
    }

    private boolean isExplained(long sentAt) {
        return answeredAt.filter(at -> at - sentAt > 0).isPresent()
            || refusedAt.filter(at -> time.nanos() - at < PENALTY.toNanos()).isPresent();
    }

    /**
     * Reports that a request did not reach the backend. If it was the trial request, another one may be admitted.
     *
     * @param admitted the period of the request
     */
    synchronized void withdrawn(long admitted) {
        if (admitted == period && state == State.HALF_OPEN) {
            state = State.OPEN;
            period++;
        }
    }

    synchronized State state() {
        return state;
    }

    /** The failures in a row, as they are now. */
    synchronized Run run() {
        boolean isDown = state != State.CLOSED || (failures > 0 && (isProven || failures >= (maxFailures > 0 ? maxFailures : MANY)));
        return new Run(isDown, failures == 0 ? Optional.empty() : Optional.of(state == State.CLOSED ? words() : reason()));
    }

    synchronized Optional<BackendStatus.Failure> lastFailure() {
        return last;
    }

    /** What came of a failure. */
    enum Effect {
        /** Nothing: it is of a request from before the circuit changed. */
        NONE,
        /** It does not count, since the backend answers other requests. */
        UNCOUNTED,
        /** It counts. */
        COUNTED,
        /** It opened the circuit. */
        OPENED
    }

    /** Failures in a row, since the last answer. Immutable. */
    static final class Run {
        private final boolean isDown;
        private final Optional<String> reason;

        private Run(boolean isDown, Optional<String> reason) {
            this.isDown = isDown;
            this.reason = reason;
        }

        /** Whether the backend is down: the circuit is not closed, or no log-in can be the cause of the failures. */
        boolean isDown() {
            return isDown;
        }

        /** How many there are, and why the last failed; empty if there are none. */
        Optional<String> reason() {
            return reason;
        }
    }
}
