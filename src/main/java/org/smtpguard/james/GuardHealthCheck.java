package org.smtpguard.james;

import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.core.healthcheck.ComponentName;
import org.apache.james.core.healthcheck.HealthCheck;
import org.apache.james.core.healthcheck.Result;
import org.reactivestreams.Publisher;
import org.smtpguard.james.auth.LoginProtection;
import org.smtpguard.james.backends.Backends;
import org.smtpguard.protocol.Printable;
import org.smtpguard.resilience.Health;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reports the {@link Health} of the backends of SMTP AUTH, after a check of each; configured in {@code healthcheck.properties} as
 * {@code additional.healthchecks}. Healthy: all are. Unhealthy: all are down. Degraded: anything else, also if failed log-ins are not kept
 * or not counted together. The message names backend, reason and time.
 *
 * <p>Threads: never blocks. The backends run their checks on threads of their own, within their time limits; the result is
 * completed on the thread of the last one.
 */
@Singleton
public final class GuardHealthCheck implements HealthCheck {
    private static final ComponentName NAME = new ComponentName("smtp-guard");
    private static final int PROBLEM_LIMIT = 700;

    private final Backends backends;
    private final Supplier<Health> guessing;

    @Inject
    GuardHealthCheck(GuardParts parts) {
        this(parts.get(Backends.class), parts.get(LoginProtection.class)::health);
    }

    /** @param guessing whether failed log-ins are kept and counted together */
    GuardHealthCheck(Backends backends, Supplier<Health> guessing) {
        this.backends = backends;
        this.guessing = guessing;
    }

    @Override
    public ComponentName componentName() {
        return NAME;
    }

    @Override
    public Publisher<Result> check() {
        return Flux.fromIterable(backends.all())
            .flatMapSequential(backend -> Mono.fromCompletionStage(backend::check).defaultIfEmpty(Optional.empty())
                .map(checked -> new BackendFinding(backend.name(), backend.health())))
            .collectList()
            .map(this::result);
    }

    private Result result(List<BackendFinding> findings) {
        Health limit = guessing.get();
        String message = Stream.concat(findings.stream().filter(finding -> !finding.health.isHealthy()).map(BackendFinding::toString),
                Stream.of(limit).filter(health -> !health.isHealthy()).map(health -> "the limit on guessing is " + words(health)))
            .map(problem -> Printable.cut(problem, PROBLEM_LIMIT)).collect(Collectors.joining("; "));
        if (message.isEmpty()) {
            return Result.healthy(NAME);
        }
        return !findings.isEmpty() && findings.stream().allMatch(finding -> finding.health.isDown())
            ? Result.unhealthy(NAME, message) : Result.degraded(NAME, message);
    }

    private static String words(Health health) {
        return health.state() + " since " + health.since().truncatedTo(ChronoUnit.SECONDS) + ": " + health.reason();
    }

    private static final class BackendFinding {
        private final String backend;
        private final Health health;

        private BackendFinding(String backend, Health health) {
            this.backend = backend;
            this.health = health;
        }

        @Override
        public String toString() {
            return "backend " + backend + " is " + words(health);
        }
    }
}
