package org.smtpguard.resilience;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

import dev.failsafe.CircuitBreaker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a backend is asked at all. After so many faults in a row it is not, so that its users are told at once and it is left
 * in peace; after a while one question is let through, and if that is answered, all are again.
 *
 * <p>A question that is let through is numbered with the period in which it was: an answer to one from before the breaker opened
 * says nothing of the backend's state of now, and is not counted.
 *
 * <p>Threads: any. The state changes under this object's lock, which is held for moments; logged is outside of it.
 */
final class Breaker {
    private static final Logger LOGGER = LoggerFactory.getLogger(Breaker.class);

    private final String backend;
    private final Optional<CircuitBreaker<Object>> circuit;
    private final Duration probeEvery;
    private final Time time;
    private long period;
    private long faults;
    private long probedAt;
    private Instant since;
    private Optional<BackendStatus.Fault> last = Optional.empty();

    /**
     * @param faults in a row, until the backend is not asked any more; 0 if it always is
     * @param probeEvery how long it is then left in peace
     */
    Breaker(String backend, int faults, Duration probeEvery, Time time) {
        this.backend = backend;
        // When it is time for a probe our own clock says, which may be a test's: as soon as the circuit is asked it lets one through.
        this.circuit = faults == 0 ? Optional.empty() : Optional.of(CircuitBreaker.builder()
            .withFailureThreshold(faults).withSuccessThreshold(1).withDelay(Duration.ZERO).build());
        this.probeEvery = probeEvery;
        this.time = time;
        this.since = time.now();
    }

    /** Why no question is let through just now; empty if one would be. */
    synchronized Optional<String> refusal() {
        switch (state()) {
            case OPEN:
                return time.nanos() - probedAt < probeEvery.toNanos() ? Optional.of(reason()) : Optional.empty();
            case PROBING:
                return Optional.of(reason());
            default:
                return Optional.empty();
        }
    }

    /** What is said of a question that is not let through. */
    synchronized String reason() {
        return "not asked: " + run();
    }

    private synchronized String run() {
        return (faults == 1 ? "1 fault" : faults + " faults in a row, the last") + last.map(fault -> ": " + fault.reason()).orElse("");
    }

    /** Lets a question through, with the number of the period; empty if none is. It has to be told how that question ended. */
    synchronized OptionalLong admit() {
        if (refusal().isPresent()) {
            return OptionalLong.empty();
        }
        if (circuit.isPresent() && !circuit.get().isClosed()) {
            circuit.get().tryAcquirePermit();
            period++;
        }
        return OptionalLong.of(period);
    }

    /** A question of that period got a definite answer. */
    void answered(long admitted) {
        boolean closes;
        synchronized (this) {
            if (admitted != period) {
                return;
            }
            faults = 0;
            closes = state() != BackendStatus.State.ASKED;
            circuit.ifPresent(CircuitBreaker::recordSuccess);
            if (closes) {
                period++;
                since = time.now();
            }
        }
        if (closes) {
            LOGGER.info("Backend {} has answered and is asked again", backend);
        }
    }

    /**
     * A question of that period was not answered.
     *
     * @param reason for the operator, without a secret
     * @return whether this has opened the breaker
     */
    boolean failed(long admitted, String reason) {
        boolean opens;
        synchronized (this) {
            if (admitted != period) {
                return false;
            }
            faults++;
            last = Optional.of(new BackendStatus.Fault(reason, time.now()));
            BackendStatus.State before = state();
            circuit.ifPresent(CircuitBreaker::recordFailure);
            opens = before == BackendStatus.State.ASKED && state() == BackendStatus.State.OPEN;
            if (state() == BackendStatus.State.OPEN) {
                period++;
                probedAt = time.nanos();
            }
            if (opens) {
                since = time.now();
            }
        }
        if (opens) {
            LOGGER.warn("Backend {} is not asked any more but for a probe every {} ms: {}", backend, probeEvery.toMillis(), run());
        }
        return opens;
    }

    /** A question of that period did not get as far as the backend: if it was the probe, another one is due. */
    synchronized void withdrawn(long admitted) {
        if (admitted == period && state() == BackendStatus.State.PROBING) {
            circuit.ifPresent(CircuitBreaker::open);
            period++;
        }
    }

    synchronized BackendStatus.State state() {
        return circuit.map(CircuitBreaker::getState).map(state -> state == CircuitBreaker.State.CLOSED ? BackendStatus.State.ASKED
            : state == CircuitBreaker.State.OPEN ? BackendStatus.State.OPEN : BackendStatus.State.PROBING)
            .orElse(BackendStatus.State.ASKED);
    }

    /** Since when it is open, or since when it is not. */
    synchronized Instant since() {
        return since;
    }

    synchronized Optional<BackendStatus.Fault> lastFault() {
        return last;
    }
}
