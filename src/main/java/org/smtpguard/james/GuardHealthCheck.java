package org.smtpguard.james;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.core.healthcheck.ComponentName;
import org.apache.james.core.healthcheck.HealthCheck;
import org.apache.james.core.healthcheck.Result;
import org.reactivestreams.Publisher;
import org.smtpguard.james.backends.Backends;
import org.smtpguard.protocol.Printable;
import org.smtpguard.resilience.BackendStatus;
import org.smtpguard.resilience.Safeguarded;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Whether the backends of SMTP AUTH can answer; named in {@code healthcheck.properties} as {@code additional.healthchecks}.
 * Healthy: all can, as far as one knows. Degraded: the circuit of one is open, or one cannot be reached, or is not as it should be.
 * Unhealthy: there are backends, and none can answer. The words name which, why, and since when.
 *
 * <p>Threads: nobody waits; the backends look after the other side on threads of their own, within their time limits, and the
 * result is made on the thread of the last of them.
 */
@Singleton
public final class GuardHealthCheck implements HealthCheck {
    private static final ComponentName NAME = new ComponentName("smtp-guard");
    private static final int REASON_LIMIT = 500;

    private final Backends backends;
    private final Clock clock;
    /** Since when something has been seen that is wrong, where the backend itself does not tell since when. */
    private final Map<String, Instant> seenSince = new ConcurrentHashMap<>();

    @Inject
    public GuardHealthCheck(Backends backends) {
        this(backends, Clock.systemUTC());
    }

    GuardHealthCheck(Backends backends, Clock clock) {
        this.backends = backends;
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
                .map(trouble -> finding(backend, trouble)))
            .collectList()
            .map(GuardHealthCheck::result);
    }

    private static Result result(List<BackendFinding> findings) {
        String words = findings.stream().flatMap(finding -> Stream.of(finding.fault, finding.flaw)).flatMap(Optional::stream)
            .map(fault -> Printable.cut(fault, REASON_LIMIT)).collect(Collectors.joining("; "));
        if (words.isEmpty()) {
            return Result.healthy(NAME);
        }
        return findings.stream().allMatch(finding -> finding.fault.isPresent())
            ? Result.unhealthy(NAME, words) : Result.degraded(NAME, words);
    }

    private BackendFinding finding(Safeguarded backend, Optional<String> trouble) {
        BackendStatus status = backend.status();
        // A file that stands at its last good version is in trouble, and answers.
        Optional<String> unreachable = trouble.filter(text -> !status.flaw().equals(Optional.of(text)));
        Optional<Instant> open = status.state() == BackendStatus.State.CLOSED ? Optional.empty() : Optional.of(status.since());
        Instant since = open.orElseGet(() -> since("fault " + status.name(), unreachable));
        Optional<String> reason = unreachable
            .or(() -> open.map(any -> status.lastFailure().map(BackendStatus.Failure::reason).orElse("circuit open")));
        Instant flawedSince = since("flaw " + status.name(), status.flaw());
        return new BackendFinding(reason.map(text -> "backend " + status.name() + " cannot answer since " + seconds(since) + ": " + text),
            status.flaw().map(text -> "backend " + status.name() + " is not as it should be since " + seconds(flawedSince) + ": " + text));
    }

    private Instant since(String what, Optional<String> fault) {
        if (fault.isEmpty()) {
            seenSince.remove(what);
            return clock.instant();
        }
        return seenSince.computeIfAbsent(what, any -> clock.instant());
    }

    private static Instant seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    /** What is wrong with one backend: that it cannot answer, that it is not as it should be. */
    private static final class BackendFinding {
        private final Optional<String> fault;
        private final Optional<String> flaw;

        private BackendFinding(Optional<String> fault, Optional<String> flaw) {
            this.fault = fault;
            this.flaw = flaw;
        }
    }
}
