package org.smtpguard.james.event;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

import com.codahale.metrics.MetricRegistry;
import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.metrics.dropwizard.DropWizardMetricFactory;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.resilience.BackendStatus;
import org.smtpguard.resilience.Health;
import reactor.core.publisher.Mono;

/**
 * Registers the guard's metrics in James' registry, for all ports together: refusals and observed violations by diagnosis,
 * outcomes of AUTH, and the state of backends.
 *
 * <p>The names begin with {@value #PREFIX}. Names of backends and mechanisms are reduced to letters, digits and {@code _},
 * which every metrics system accepts; backends whose names differ only in other characters share their metrics
 * ({@code docs/monitoring.md}).
 *
 * <p>Threads: thread-safe.
 */
@Singleton
public final class GuardMetrics {
    /** Where no backend was queried. */
    static final String NO_BACKEND = "none";

    private static final String PREFIX = "smtpGuard.";

    private final MetricFactory metrics;
    private final GaugeRegistry gauges;
    private final Map<DiagnosisId, Metric> refused = new EnumMap<>(DiagnosisId.class);
    private final Map<DiagnosisId, Metric> observed = new EnumMap<>(DiagnosisId.class);
    private final Map<String, Metric> outcomes = new ConcurrentHashMap<>();
    private final AtomicInteger pending = new AtomicInteger();
    private final Metric blocks;
    private final Metric blockedLogins;
    private final Metric observedBlockedLogins;
    private final Metric repeatedFailures;

    @Inject
    public GuardMetrics(MetricFactory metrics, GaugeRegistry gauges) {
        this.metrics = metrics;
        this.gauges = gauges;
        for (DiagnosisId id : DiagnosisId.values()) {
            refused.put(id, metrics.generate(PREFIX + "refused." + id));
            observed.put(id, metrics.generate(PREFIX + "observed." + id));
        }
        gauges.register(PREFIX + "auth.pending", pending::get);
        this.blocks = metrics.generate(PREFIX + "bruteForce.blocks");
        this.blockedLogins = metrics.generate(PREFIX + "bruteForce.refused");
        this.observedBlockedLogins = metrics.generate(PREFIX + "bruteForce.observed");
        this.repeatedFailures = metrics.generate(PREFIX + "bruteForce.samePassword");
    }

    /** Shows how many networks and users are blocked at the moment, and whether failed log-ins are counted as they should. */
    public void blocks(Supplier<Long> networks, Supplier<Long> users, Supplier<Health> health) {
        gauges.register(PREFIX + "bruteForce.health", () -> (long) health.get().state().ordinal());
        gauges.register(PREFIX + "bruteForce.blockedNetworks", networks::get);
        gauges.register(PREFIX + "bruteForce.blockedUsers", users::get);
    }

    /** A network or a user was blocked. */
    void blocked() {
        blocks.increment();
    }

    /** A log-in was refused because of a block, or would have been if it were enforced. */
    void blockedLogin(boolean isObserved) {
        (isObserved ? observedBlockedLogins : blockedLogins).increment();
    }

    /** A failed log-in was not counted, since the same password had been counted before. */
    void repeatedFailure() {
        repeatedFailures.increment();
    }

    /** Metrics that are not exported, for use without a server. */
    public static GuardMetrics unread() {
        return new GuardMetrics(new DropWizardMetricFactory(new MetricRegistry()), new NoopGaugeRegistry());
    }

    void refused(DiagnosisId id) {
        refused.get(id).increment();
    }

    void observed(DiagnosisId id) {
        observed.get(id).increment();
    }

    /**
     * Counts an AUTH that has ended.
     *
     * @param mechanism the registered name
     * @param backend the name of the one that decided, or {@link #NO_BACKEND}
     */
    void authenticated(String mechanism, String backend, AuthOutcome outcome) {
        outcome(mechanism, backend, outcome).increment();
    }

    /** Creates the counters of a mechanism with zero: otherwise the first AUTH would be missing in rates. */
    public void expect(String mechanism, List<String> backends) {
        for (AuthOutcome outcome : AuthOutcome.values()) {
            backends.forEach(backend -> outcome(mechanism, backend, outcome));
            outcome(mechanism, NO_BACKEND, outcome);
        }
    }

    private Metric outcome(String mechanism, String backend, AuthOutcome outcome) {
        // Prometheus maps "." and "-" to "_". Mechanisms have no lower case, so the name is still unambiguous before "by".
        String name = PREFIX + "auth." + plain(mechanism) + ".by." + plain(backend) + "." + outcome.word();
        return outcomes.computeIfAbsent(name, metrics::generate);
    }

    /** Counts an AUTH as pending until its verdict completes or is cancelled. */
    public void trackPending(CompletionStage<?> verdict) {
        pending.incrementAndGet();
        verdict.whenComplete((any, fault) -> pending.decrementAndGet());
    }

    /** Measures the time until a backend's verdict completes. Uses a Mono because James' timers differ between versions. */
    public void time(String backend, CompletionStage<?> verdict) {
        CompletableFuture<Boolean> completed = new CompletableFuture<>();
        Mono.from(metrics.decoratePublisherWithTimerMetric(of(backend, "verdict"), Mono.fromFuture(completed))).subscribe();
        verdict.whenComplete((any, fault) -> completed.complete(true));
    }

    /** @param status the backend's status; empty while no port uses it */
    public void backend(String name, Supplier<Optional<BackendStatus>> status) {
        gauge(name, "health", status, known -> (long) known.health().state().ordinal());
        gauge(name, "circuit", status, GuardMetrics::circuit);
        gauge(name, "pending", status, known -> (long) known.load().pending());
        gauge(name, "waiting", status, known -> (long) known.load().waiting());
        gauge(name, "overloaded", status, known -> known.requests().overloaded());
        gauge(name, "cache.hits", status, known -> known.cache().hits());
        gauge(name, "cache.stale", status, known -> known.cache().stale());
        gauge(name, "cache.misses", status, known -> known.cache().misses());
        gauge(name, "cache.entries", status, known -> known.cache().entries());
    }

    /** How many app passwords of a backend expire soon. */
    public void expiring(String backend, Supplier<Long> number) {
        gauges.register(of(backend, "expiring"), number::get);
    }

    /** The memory used by transcripts, and their number. */
    void transcripts(Supplier<Long> octets, Supplier<Long> sessions) {
        gauges.register(PREFIX + "transcripts.octets", octets::get);
        gauges.register(PREFIX + "transcripts.sessions", sessions::get);
    }

    private void gauge(String backend, String name, Supplier<Optional<BackendStatus>> status, Function<BackendStatus, Long> value) {
        gauges.register(of(backend, name), () -> status.get().map(value).orElse(0L));
    }

    private static long circuit(BackendStatus status) {
        switch (status.circuit()) {
            case CLOSED:
                return 0;
            case HALF_OPEN:
                return 1;
            default:
                return 2;
        }
    }

    private static String of(String backend, String name) {
        return PREFIX + "backend." + plain(backend) + "." + name;
    }

    private static String plain(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "_");
    }
}
