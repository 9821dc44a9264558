package org.smtpguard.james.event;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
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
import reactor.core.publisher.Mono;

/**
 * What is counted and measured in James' own registry, for all ports together: refusals, and what rules in mode observe would
 * have refused, by diagnosis; how AUTHs ended; what the backends do.
 *
 * <p>The names begin with {@value #PREFIX}. What the operator named is in them as letters, digits and {@code _} alone, which
 * every reader of metrics takes; backends whose names differ in other characters only share theirs ({@code docs/monitoring.md}).
 *
 * <p>Threads: any.
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

    @Inject
    public GuardMetrics(MetricFactory metrics, GaugeRegistry gauges) {
        this.metrics = metrics;
        this.gauges = gauges;
        for (DiagnosisId id : DiagnosisId.values()) {
            refused.put(id, metrics.generate(PREFIX + "refused." + id));
            observed.put(id, metrics.generate(PREFIX + "observed." + id));
        }
        gauges.register(PREFIX + "auth.pending", pending::get);
    }

    /** Counts that nobody reads: where there is no server. */
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
     * @param mechanism by its registered name
     * @param backend the name of the one that decided, or {@link #NO_BACKEND}
     */
    void authenticated(String mechanism, String backend, AuthOutcome outcome) {
        outcome(mechanism, backend, outcome).increment();
    }

    /** Has the counts of a mechanism begin at zero, and not with its first AUTH, which no rate would show. */
    public void expect(String mechanism, List<String> backends) {
        for (AuthOutcome outcome : AuthOutcome.values()) {
            backends.forEach(backend -> outcome(mechanism, backend, outcome));
            outcome(mechanism, NO_BACKEND, outcome);
        }
    }

    private Metric outcome(String mechanism, String backend, AuthOutcome outcome) {
        // Prometheus makes one of "." and "-": a mechanism, which has no lower case, ends before "by" all the same.
        String name = PREFIX + "auth." + plain(mechanism) + ".by." + plain(backend) + "." + outcome.name().toLowerCase(Locale.ROOT);
        return outcomes.computeIfAbsent(name, metrics::generate);
    }

    /** Counts an AUTH as pending until the verdict is there, or nobody waits for it any more. */
    public void pendsUntil(CompletionStage<?> verdict) {
        pending.incrementAndGet();
        verdict.whenComplete((any, fault) -> pending.decrementAndGet());
    }

    /** Measures how long a backend takes for its verdict, from now on. A Mono, for James' timers differ between versions. */
    public void time(String backend, CompletionStage<?> verdict) {
        CompletableFuture<Boolean> isThere = new CompletableFuture<>();
        Mono.from(metrics.decoratePublisherWithTimerMetric(of(backend, "verdict"), Mono.fromFuture(isThere))).subscribe();
        verdict.whenComplete((any, fault) -> isThere.complete(true));
    }

    /** @param status how the backend is; empty while no port uses it */
    public void backend(String name, Supplier<Optional<BackendStatus>> status) {
        gauge(name, "circuit", status, GuardMetrics::circuit);
        gauge(name, "flawed", status, known -> known.flaw().isPresent() ? 1L : 0L);
        gauge(name, "pending", status, known -> (long) known.pending());
        gauge(name, "waiting", status, known -> (long) known.waiting());
        gauge(name, "overloaded", status, BackendStatus::overloaded);
        gauge(name, "cache.hits", status, known -> known.cache().hits());
        gauge(name, "cache.stale", status, known -> known.cache().stale());
        gauge(name, "cache.misses", status, known -> known.cache().misses());
        gauge(name, "cache.entries", status, known -> known.cache().entries());
    }

    /** What takes so much of the memory. */
    void transcripts(Supplier<Long> octets, Supplier<Long> sessions) {
        gauges.register(PREFIX + "transcripts.octets", octets::get);
        gauges.register(PREFIX + "transcripts.sessions", sessions::get);
    }

    private void gauge(String backend, String name, Supplier<Optional<BackendStatus>> status, Function<BackendStatus, Long> value) {
        gauges.register(of(backend, name), () -> status.get().map(value).orElse(0L));
    }

    private static long circuit(BackendStatus status) {
        switch (status.state()) {
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
