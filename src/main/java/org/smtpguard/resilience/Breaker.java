package org.smtpguard.resilience;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

import dev.failsafe.CircuitBreaker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.CredentialResult;

/**
 * Whether a backend is asked at all. After so many faults in a row it is not, so that its users are told at once and it is left
 * in peace; after a while one question is let through, and if that is answered, all are again.
 *
 * <p>A question that is let through is numbered with the period in which it was: an answer to one from before the breaker opened
 * says nothing of the backend's state of now, and is not counted.
 *
 * <p>A failure that one log-in may have provoked ({@link CredentialResult#isPerhapsForThisUser}) proves an outage only if nothing else
 * explains it. It is not counted if the backend has answered another request since, or has refused one within the last minute: servers
 * make clients wait after wrong passwords. If the circuit opened for such failures alone, a user whose log-in has not failed so is a probe
 * at once, for the first {@value #MAX_NAMES} users.
 *
 * <p>Threads: any. The state changes under this object's lock, which is held for moments; logged is outside of it.
 */
final class Breaker {
    private static final Logger LOGGER = LoggerFactory.getLogger(Breaker.class);

    /** Dovecot forgets a wrong password after a minute, and delays the answers to its client until then. */
    private static final Duration PENALTY = Duration.ofMinutes(1);
    private static final int MAX_NAMES = 100;

    private final String backend;
    private final Optional<CircuitBreaker<Object>> circuit;
    private final Duration probeEvery;
    private final Time time;
    private long period;
    private long faults;
    private long probedAt;
    private Instant since;
    private Optional<BackendStatus.Fault> last = Optional.empty();
    private Optional<Long> answeredAt = Optional.empty();
    private Optional<Long> refusedAt = Optional.empty();
    /** Users whose log-ins failed in this run of failures. */
    private final Set<String> names = new HashSet<>();
    private boolean isProven;
    private boolean isExtraProbe;

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

    /** Why no question about that user is let through just now; empty if one would be. */
    synchronized Optional<String> refusal(String name) {
        switch (state()) {
            case OPEN:
                return isDue() || isNew(name) ? Optional.empty() : Optional.of(reason());
            case PROBING:
                return Optional.of(reason());
            default:
                return Optional.empty();
        }
    }

    private boolean isDue() {
        return time.nanos() - probedAt >= probeEvery.toNanos();
    }

    private boolean isNew(String name) {
        return !isProven && names.size() < MAX_NAMES && !names.contains(name);
    }

    /** What is said of a question that is not let through. */
    synchronized String reason() {
        return "not asked: " + run();
    }

    private synchronized String run() {
        return (faults == 1 ? "1 fault" : faults + " faults in a row, the last") + last.map(fault -> ": " + fault.reason()).orElse("");
    }

    /** Lets a question through, with the number of the period; empty if none is. It has to be told how that question ended. */
    synchronized OptionalLong admit(String name) {
        if (refusal(name).isPresent()) {
            return OptionalLong.empty();
        }
        if (circuit.isPresent() && !circuit.get().isClosed()) {
            isExtraProbe = !isDue();
            circuit.get().tryAcquirePermit();
            period++;
        }
        return OptionalLong.of(period);
    }

    /**
     * A question of that period got an answer.
     *
     * @param refused whether that was a no
     */
    void answered(long admitted, boolean refused) {
        boolean closes;
        synchronized (this) {
            answeredAt = Optional.of(time.nanos());
            refusedAt = refused ? answeredAt : refusedAt;
            if (admitted != period) {
                return;
            }
            faults = 0;
            names.clear();
            isProven = false;
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
     * @param askedAt when the backend got it, by {@link Time#nanos()}
     * @param name the user whom it was about
     * @param why a result of the kind {@link CredentialResult.Kind#UNAVAILABLE}
     * @return whether this has opened the breaker
     */
    boolean failed(long admitted, long askedAt, String name, CredentialResult why) {
        boolean opens;
        synchronized (this) {
            if (admitted != period) {
                return false;
            }
            last = Optional.of(new BackendStatus.Fault(why.reason(), time.now()));
            BackendStatus.State before = state();
            if (why.isPerhapsForThisUser() && before == BackendStatus.State.ASKED && isExplained(askedAt)) {
                return false;
            }
            faults++;
            isProven |= !why.isPerhapsForThisUser();
            if (names.size() < MAX_NAMES) {
                names.add(name);
            }
            circuit.ifPresent(CircuitBreaker::recordFailure);
            opens = before == BackendStatus.State.ASKED && state() == BackendStatus.State.OPEN;
            if (state() == BackendStatus.State.OPEN) {
                period++;
                probedAt = isExtraProbe && !opens ? probedAt : time.nanos();
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

    private boolean isExplained(long askedAt) {
        return answeredAt.filter(at -> at - askedAt > 0).isPresent()
            || refusedAt.filter(at -> time.nanos() - at < PENALTY.toNanos()).isPresent();
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
