package org.smtpguard.james;

import java.util.EnumMap;
import java.util.Map;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.MetricFactory;
import org.smtpguard.protocol.DiagnosisId;

/** Counts refusals, and what rules in mode observe would have refused, by diagnosis, for all ports together. */
@Singleton
public final class GuardMetrics {
    private final Map<DiagnosisId, Metric> refused = new EnumMap<>(DiagnosisId.class);
    private final Map<DiagnosisId, Metric> observed = new EnumMap<>(DiagnosisId.class);

    @Inject
    public GuardMetrics(MetricFactory metrics) {
        for (DiagnosisId id : DiagnosisId.values()) {
            refused.put(id, metrics.generate("smtpGuard.refused." + id));
            observed.put(id, metrics.generate("smtpGuard.observed." + id));
        }
    }

    void refused(DiagnosisId id) {
        refused.get(id).increment();
    }

    void observed(DiagnosisId id) {
        observed.get(id).increment();
    }
}
