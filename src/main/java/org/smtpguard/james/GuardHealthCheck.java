package org.smtpguard.james;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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
import org.smtpguard.resilience.BackendStatus;
import org.smtpguard.resilience.Safeguarded;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reports whether the backends of SMTP AUTH are available; configured in {@code healthcheck.properties} as
 * {@code additional.healthchecks}. Healthy: no problem is known. Degraded: a backend is unavailable, its circuit is open, or it
 * is degraded itself, or failed log-ins are not kept or not counted together. Unhealthy: all backends are unavailable. The message names
 * backend, reason and time.
 *
 * <p>Threads: never blocks. The backends run their checks on threads of their own, within their time limits; the result is
 * completed on the thread of the last one.
 */
@Singleton
public final class GuardHealthCheck implements HealthCheck {
    private static final ComponentName NAME = new ComponentName("smtp-guard");
    private static final int REASON_LIMIT = 500;

    private final Backends backends;
    private final Supplier<Optional<String>> uncounted;
    private final Clock clock;
    /** When a problem was first seen, for problems without a time of their own. */
    private final Map<String, Instant> seenSince = new ConcurrentHashMap<>();

    @Inject
    GuardHealthCheck(GuardParts parts) {
        this(parts.get(Backends.class), parts.get(LoginProtection.class)::problem, Clock.systemUTC());
    }

    /** @param uncounted why failed log-ins are not kept or not counted together */
    GuardHealthCheck(Backends backends, Supplier<Optional<String>> uncounted, Clock clock) {
        this.backends = backends;
        this.uncounted = uncounted;
        this.clock = clock;
    }

    @Override
    public ComponentName componentName() {
        return NAME;
    }

    @Override
    public Publisher<Result> check() {
        return Flux.fromIterable(backends.all())
            .flatMapSequential(backend -> Mono.fromCompletionStage(backend::check).defaultIfEmpty(Optional.empty())
                .map(problem -> finding(backend, problem)))
            .collectList()
            .map(findings -> result(findings, limitFinding()));
    }

    private Optional<String> limitFinding() {
        Optional<String> problem = uncounted.get();
        Instant since = since("limit", problem);
        return problem.map(text -> "the limit on guessing is degraded since " + seconds(since) + ": " + text);
    }

    private static Result result(List<BackendFinding> findings, Optional<String> limit) {
        String message = Stream.concat(findings.stream().flatMap(finding -> Stream.of(finding.fault, finding.flaw)), Stream.of(limit))
            .flatMap(Optional::stream)
            .map(fault -> Printable.cut(fault, REASON_LIMIT)).collect(Collectors.joining("; "));
        if (message.isEmpty()) {
            return Result.healthy(NAME);
        }
        return !findings.isEmpty() && findings.stream().allMatch(finding -> finding.fault.isPresent())
            ? Result.unhealthy(NAME, message) : Result.degraded(NAME, message);
    }

    private BackendFinding finding(Safeguarded backend, Optional<String> problem) {
        BackendStatus status = backend.status();
        // A backend that only reports a flaw, such as an unusable new version of its file, is available.
        Optional<String> unreachable = problem.filter(text -> !status.flaw().equals(Optional.of(text)));
        Optional<Instant> open = status.state() == BackendStatus.State.CLOSED ? Optional.empty() : Optional.of(status.since());
        Instant since = open.orElseGet(() -> since("fault " + status.name(), unreachable));
        Optional<String> reason = unreachable
            .or(() -> open.map(any -> status.lastFailure().map(BackendStatus.Failure::reason).orElse("circuit open")));
        Instant flawedSince = since("flaw " + status.name(), status.flaw());
        return new BackendFinding(reason.map(text -> "backend " + status.name() + " is unavailable since " + seconds(since) + ": " + text),
            status.flaw().map(text -> "backend " + status.name() + " is degraded since " + seconds(flawedSince) + ": " + text));
    }

    private Instant since(String key, Optional<String> fault) {
        if (fault.isEmpty()) {
            seenSince.remove(key);
            return clock.instant();
        }
        return seenSince.computeIfAbsent(key, any -> clock.instant());
    }

    private static Instant seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    /** The problems of one backend: why it is unavailable, why it is degraded. */
    private static final class BackendFinding {
        private final Optional<String> fault;
        private final Optional<String> flaw;

        private BackendFinding(Optional<String> fault, Optional<String> flaw) {
            this.fault = fault;
            this.flaw = flaw;
        }
    }
}
