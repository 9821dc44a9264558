package org.smtpguard.james.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import com.codahale.metrics.MetricRegistry;
import org.apache.james.metrics.dropwizard.DropWizardGaugeRegistry;
import org.apache.james.metrics.dropwizard.DropWizardMetricFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.protocol.DiagnosisId;

/** What comes to stand in James' registry. What Prometheus makes of it, in a real James, is MetricsIT's. */
class GuardMetricsTest {
    private final MetricRegistry registry = new MetricRegistry();
    private final GuardMetrics metrics = new GuardMetrics(new DropWizardMetricFactory(registry), new DropWizardGaugeRegistry(registry));

    @Test
    void everyDiagnosisIsCountedFromZeroOn() {
        for (DiagnosisId id : DiagnosisId.values()) {
            assertThat(count("smtpGuard.refused." + id)).isZero();
            assertThat(count("smtpGuard.observed." + id)).isZero();
        }
        metrics.refused(DiagnosisId.SEQ_MAIL_MISSING);
        metrics.refused(DiagnosisId.SEQ_MAIL_MISSING);
        metrics.observed(DiagnosisId.SEQ_MAIL_MISSING);

        assertThat(count("smtpGuard.refused.SEQ-MAIL-MISSING")).isEqualTo(2);
        assertThat(count("smtpGuard.observed.SEQ-MAIL-MISSING")).isEqualTo(1);
    }

    @Test
    void theOutcomesOfAMechanismAreCountedFromZeroOn() {
        metrics.expect("PLAIN", List.of("apps", "corp"));

        for (AuthOutcome outcome : AuthOutcome.values()) {
            for (String backend : List.of("apps", "corp", GuardMetrics.NO_BACKEND)) {
                assertThat(count("smtpGuard.auth.PLAIN.by." + backend + "." + outcome.name().toLowerCase(Locale.ROOT))).isZero();
            }
        }
        metrics.authenticated("PLAIN", "apps", AuthOutcome.ACCEPTED);
        assertThat(count("smtpGuard.auth.PLAIN.by.apps.accepted")).isEqualTo(1);
    }

    @Test
    void theDashboardTellsEveryOutcomeFromTheOthers() throws IOException {
        String outcomes = Arrays.stream(AuthOutcome.values()).map(outcome -> outcome.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining("|"));

        assertThat(Files.readString(Path.of("conf/grafana/james-smtp-guard.json")))
            .contains("smtpGuard_auth_.+_by_.+_(" + outcomes + ")_total", "_by_(.+)_(?:" + outcomes + ")_total");
    }

    @Test
    void theDashboardShowsHowManyRequestsABackendHasAndHowManyAreTurnedAway() throws IOException {
        assertThat(Files.readString(Path.of("conf/grafana/james-smtp-guard.json")))
            .contains("smtpGuard_backend_.+_pending", "smtpGuard_backend_.+_waiting", "smtpGuard_backend_.+_overloaded");
    }

    @Test
    void anAuthPendsUntilItsVerdictIsThereOrNobodyWaitsForIt() {
        CompletableFuture<String> answered = new CompletableFuture<>();
        CompletableFuture<String> abandoned = new CompletableFuture<>();
        metrics.trackPending(answered);
        metrics.trackPending(abandoned);
        assertThat(gauge("smtpGuard.auth.pending")).isEqualTo(2);

        answered.complete("no");
        abandoned.cancel(false);
        assertThat(gauge("smtpGuard.auth.pending")).isEqualTo(0);
    }

    @Test
    void theTimeToAVerdictEndsWithItHoweverItEnds() {
        CompletableFuture<String> verdict = new CompletableFuture<>();
        CompletableFuture<String> fault = new CompletableFuture<>();
        metrics.time("apps", verdict);
        metrics.time("apps", fault);
        assertThat(registry.timer("smtpGuard.backend.apps.verdict").getCount()).isZero();

        verdict.complete("yes");
        fault.completeExceptionally(new IllegalStateException());
        assertThat(registry.timer("smtpGuard.backend.apps.verdict").getCount()).isEqualTo(2);
        assertThat(Duration.ofNanos(registry.timer("smtpGuard.backend.apps.verdict").getSnapshot().getMax())).isPositive();
    }

    @Test
    void aBackendThatNoPortUsesAnyMoreIsZero() {
        metrics.backend("apps", Optional::empty);

        for (String name : List.of("health", "circuit", "pending", "waiting", "overloaded", "cache.hits", "cache.stale", "cache.misses",
            "cache.entries")) {
            assertThat(gauge("smtpGuard.backend.apps." + name)).isEqualTo(0L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"corp directory", "a.b", "x{y=\"z\"} 1", "b\n# TYPE c counter", "\u00fcml\u00e4ut", "<script>", "-"})
    void aNameIsANameWhateverABackendIsCalled(String backend) {
        metrics.expect("SCRAM-SHA-256", List.of(backend));
        metrics.backend(backend, Optional::empty);
        metrics.time(backend, CompletableFuture.completedFuture("yes"));

        assertThat(registry.getNames()).allMatch(name -> name.matches("smtpGuard(\\.[A-Za-z0-9_-]+)+"));
    }

    private long count(String name) {
        return Optional.ofNullable(registry.getMeters().get(name)).orElseThrow(() -> new AssertionError("no " + name)).getCount();
    }

    private Object gauge(String name) {
        return registry.getGauges().get(name).getValue();
    }
}
