package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.james.core.healthcheck.Result;
import org.apache.james.core.healthcheck.ResultStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.LocalUsers;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.Workers;
import org.smtpguard.james.backends.Backends;
import org.smtpguard.james.backends.GuardPools;
import org.smtpguard.james.backends.GuardSecret;
import org.smtpguard.james.event.GuardMetrics;
import org.smtpguard.resilience.HealthRecord;
import org.smtpguard.resilience.Safeguarded;
import reactor.core.publisher.Mono;

/** What the health check makes of backends that are well and ill. In a real James it is HealthCheckIT's. */
class GuardHealthCheckTest {
    private static final String SECRET = "Kx93-of-Alice";
    private static final Instant START = Instant.parse("2026-03-01T10:00:00.250Z");

    private final Backends backends = new Backends(new EmbeddedPort.NoFiles(), new GuardPools(), LocalUsers.none(),
        GuardMetrics.unread(), GuardSecret.random());
    private final AtomicReference<Optional<String>> uncounted = new AtomicReference<>(Optional.empty());
    private final HealthRecord guessing = new HealthRecord("bruteForce", "counted", START);
    private final GuardHealthCheck check = new GuardHealthCheck(backends, () -> guessing.update(uncounted.get(), "counted", START));

    @AfterEach
    void forget() {
        Patient.CONDITIONS.clear();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', value = {
        "                       | HEALTHY   |",
        "well                   | HEALTHY   |",
        "well well              | HEALTHY   |",
        "unreachable            | UNHEALTHY | backend b0 is down since \\S+Z: connection refused",
        "breaks                 | UNHEALTHY | backend b0 is down since \\S+Z: java.lang.IllegalStateException",
        "unreachable unreachable| UNHEALTHY | backend b1 is down since \\S+Z: connection refused",
        "well unreachable       | DEGRADED  | backend b1 is down since \\S+Z: connection refused",
        "open                   | UNHEALTHY | backend b0 is down since \\S+Z: circuit open: 1 failure: out of order",
        "well open              | DEGRADED  | backend b1 is down since \\S+Z: circuit open: 1 failure: out of order",
        "open unreachable       | UNHEALTHY | backend b0 is down since \\S+Z: .*; backend b1 is down since .*",
        "isBack                 | HEALTHY   |",
        "flawed                 | DEGRADED  | backend b0 is degraded since \\S+Z: the file is broken",
        "atItsLastGoodVersion   | DEGRADED  | backend b0 is degraded since \\S+Z: the file is broken",
        "flawed unreachable     | DEGRADED  | backend b0 is degraded since \\S+: .*; backend b1 is down since \\S+: .*",
        "forges                 | UNHEALTHY | backend b0 is down since \\S+Z: refused\\?\\?forged"})
    void isTheWorstOfWhatAllOfThemAllow(String conditions, ResultStatus expected, String words) {
        acquire(conditions);

        Result result = result();

        assertThat(result.getComponentName().getName()).isEqualTo("smtp-guard");
        assertThat(result.getStatus()).isEqualTo(expected);
        assertThat(result.getCause().orElse("")).matches("(?:.*; )?" + Optional.ofNullable(words).orElse("")).doesNotContain(SECRET);
    }

    @Test
    void isDegradedWhileFailedLoginsAreNotCountedTogether() {
        uncounted.set(Optional.of("Redis is away"));

        assertThat(result().getStatus()).isEqualTo(ResultStatus.DEGRADED);
        assertThat(cause()).isEqualTo("the limit on guessing is degraded since 2026-03-01T10:00:00Z: Redis is away");

        uncounted.set(Optional.empty());
        assertThat(result().getStatus()).isEqualTo(ResultStatus.HEALTHY);
    }

    @Test
    void tellsSinceWhenAndWhatThePagesTell() {
        acquire("well well");
        assertThat(result().getStatus()).isEqualTo(ResultStatus.HEALTHY);
        is("b0", Condition.FLAWED);
        String flawed = cause();
        is("b1", Condition.UNREACHABLE);
        String both = cause();

        assertThat(both).startsWith(flawed + "; backend b1 is down since ");
        assertThat(backends.status()).extracting(status -> "backend " + status.name() + " is " + status.health().state() + " since "
            + status.health().since().truncatedTo(ChronoUnit.SECONDS) + ": " + status.health().reason())
            .containsExactly(both.split("; "));
        is("b0", Condition.WELL);
        assertThat(flawed + "; " + cause()).isEqualTo(both);
        is("b1", Condition.WELL);
        assertThat(result().getStatus()).isEqualTo(ResultStatus.HEALTHY);
    }

    private Result result() {
        return Mono.from(check.check()).block(Duration.ofSeconds(60));
    }

    private String cause() {
        return result().getCause().orElseThrow();
    }

    private void acquire(String conditions) {
        List<String> words = conditions == null ? List.of() : Arrays.asList(conditions.trim().split(" "));
        for (int i = 0; i < words.size(); i++) {
            String name = "b" + i;
            is(name, Condition.valueOf(words.get(i).replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT)));
            Safeguarded backend = backends.acquire(new BackendSettings(Patient.class.getName(), name,
                Map.of("circuitBreaker failures", "1", "circuitBreaker retryAfter", "1h"), url -> {
                    throw new UnsupportedOperationException(url);
                }));
            backend.verify(Credentials.of("alice", Secret.of(SECRET))).toCompletableFuture().join();
        }
    }

    private static void is(String backend, Condition condition) {
        Patient.CONDITIONS.put(backend, condition);
    }

    private enum Condition {
        WELL, UNREACHABLE, BREAKS, OPEN, IS_BACK, FLAWED, AT_ITS_LAST_GOOD_VERSION, FORGES
    }

    /** A backend that is as its test has it. */
    public static final class Patient implements CredentialBackend {
        private static final Map<String, Condition> CONDITIONS = new ConcurrentHashMap<>();
        private static final Optional<String> FLAW = Optional.of("the file is broken");

        private final String name;

        public Patient(BackendSettings settings, Workers workers) {
            this.name = settings.only().name();
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public CompletionStage<CredentialResult> verify(Credentials credentials) {
            return CompletableFuture.completedFuture(condition() == Condition.OPEN || condition() == Condition.IS_BACK
                ? CredentialResult.unavailable("out of order") : CredentialResult.refused());
        }

        @Override
        public CompletionStage<Optional<String>> check() {
            switch (condition()) {
                case UNREACHABLE:
                    return CompletableFuture.completedFuture(Optional.of("connection refused"));
                case OPEN:
                    // Nothing is known of its service but by log-ins.
                    return CredentialBackend.super.check();
                case FORGES:
                    return CompletableFuture.completedFuture(Optional.of("refused\r\nforged"));
                case BREAKS:
                    return CompletableFuture.failedFuture(new IllegalStateException(SECRET));
                default:
                    // As FileBackend does.
                    return CompletableFuture.completedFuture(condition() == Condition.AT_ITS_LAST_GOOD_VERSION ? FLAW : Optional.empty());
            }
        }

        @Override
        public Optional<String> flaw() {
            return condition() == Condition.FLAWED || condition() == Condition.AT_ITS_LAST_GOOD_VERSION ? FLAW : Optional.empty();
        }

        private Condition condition() {
            return CONDITIONS.get(name);
        }
    }
}
