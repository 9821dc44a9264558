package org.smtpguard.james.auth;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.smtpguard.bruteforce.Admission;
import org.smtpguard.bruteforce.Block;
import org.smtpguard.bruteforce.BruteForceSettings;
import org.smtpguard.bruteforce.GuessLimiter;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.RequestFuture;
import org.smtpguard.james.backends.Backends;
import org.smtpguard.james.config.SharedBruteForce;
import org.smtpguard.james.event.LogFlush;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.resilience.Health;
import org.smtpguard.resilience.HealthRecord;
import org.smtpguard.sasl.LoginLimit;

/**
 * The {@link GuessLimiter} of all ports, which is made when the first port is configured.
 *
 * <p>Threads: any. Ports may be configured at the same time (James 3.9).
 */
@Singleton
public final class LoginProtection implements LoginLimit {
    private static final String HEALTHY = "failed log-ins are counted";

    private final Backends backends;
    private final EventLogs logs;
    private final Logbook logbook;
    private final Clock clock = Clock.systemUTC();
    private final HealthRecord health = new HealthRecord("bruteForce", HEALTHY, clock.instant()).afterLine(new LogFlush()::soon);
    private final FailureDelay delay = new FailureDelay(this::maximumDelay);
    // Guarded by this.
    private final SharedBruteForce shared = new SharedBruteForce();
    private volatile Optional<GuessLimiter> limiter = Optional.empty();

    @Inject
    public LoginProtection(Backends backends, EventLogs logs, Logbook logbook) {
        this.backends = backends;
        this.logs = logs;
        this.logbook = logbook;
        logbook.metrics().blocks(() -> count(true), () -> count(false), this::health);
    }

    /**
     * @param wanted what a port says; empty if it leaves it to the others
     * @throws InvalidConfigurationException if another port says something else
     */
    public synchronized void configure(Optional<BruteForceSettings> wanted) {
        boolean isNew = shared.agree(wanted);
        if (limiter.isEmpty() || isNew) {
            limiter.ifPresent(GuessLimiter::close);
            BruteForceSettings settings = shared.settings();
            limiter = Optional.of(new GuessLimiter(settings, backends.secret(), clock, logbook, logs.open(settings)));
            limiter.get().start();
        }
    }

    /** Of the replies to failed log-ins. */
    FailureDelay failureDelay() {
        return delay;
    }

    /** Empty until the first port is configured. */
    public Optional<GuessLimiter> limiter() {
        return limiter;
    }

    /** Degraded while failed log-ins are not kept, or not counted together. */
    public Health health() {
        return health.update(limiter.flatMap(GuessLimiter::problem), HEALTHY, clock.instant());
    }

    @Override
    public Optional<CredentialResult> refusal(Optional<String> user, Origin origin) {
        return limiter.flatMap(guesses -> guesses.refusal(user, origin)).map(this::blocked);
    }

    @Override
    public CompletableFuture<CredentialResult> attempt(String user, Origin origin, Optional<byte[]> password,
                                                       Supplier<CompletableFuture<CredentialResult>> verification) {
        if (limiter.isEmpty()) {
            return verification.get();
        }
        CompletableFuture<Admission> admission = limiter.get().admit(user, origin);
        if (admission.isDone()) {
            return verify(admission.getNow(Admission.free()), password, verification);
        }
        AtomicReference<CompletableFuture<?>> pending = new AtomicReference<>(admission);
        return RequestFuture.of(admission.thenCompose(given -> {
            CompletableFuture<CredentialResult> verified = verify(given, password, verification);
            pending.set(verified);
            return verified;
        }), () -> pending.get().cancel(false));
    }

    private long count(boolean isOfNetwork) {
        return limiter.map(guesses -> guesses.blocks().stream().filter(block -> block.network().isPresent() == isOfNetwork).count())
            .orElse(0L);
    }

    private Duration maximumDelay(Origin origin) {
        return limiter.map(guesses -> guesses.failureDelay(origin)).orElse(Duration.ZERO);
    }

    private CompletableFuture<CredentialResult> verify(Admission admission, Optional<byte[]> password,
                                                       Supplier<CompletableFuture<CredentialResult>> verification) {
        switch (admission.kind()) {
            case BLOCKED:
                return CompletableFuture.completedFuture(blocked(admission.block().orElseThrow()));
            case OVERLOADED:
                return CompletableFuture.completedFuture(CredentialResult.overloaded("too many log-ins of the network or the user wait"));
            default:
                CompletableFuture<CredentialResult> verified = verified(verification);
                verified.whenComplete((result, failure) -> count(admission, password, Optional.ofNullable(result)));
                return verified;
        }
    }

    /** One that cannot be begun fails, so that its place is given back. */
    private static CompletableFuture<CredentialResult> verified(Supplier<CompletableFuture<CredentialResult>> verification) {
        try {
            return verification.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static void count(Admission admission, Optional<byte[]> password, Optional<CredentialResult> result) {
        Optional<CredentialResult.Kind> kind = result.map(end -> end.refusal().map(CredentialResult::kind).orElse(end.kind()));
        if (result.filter(CredentialResult::isAccepted).isPresent()) {
            admission.succeeded();
        } else if (kind.filter(LoginProtection::isWrongPassword).isPresent()) {
            admission.failed(password);
        } else {
            admission.withdrawn();
        }
    }

    /** Expired passwords, and those of users who may not use the mechanism, were right. */
    private static boolean isWrongPassword(CredentialResult.Kind kind) {
        return kind.isRefusal() && kind != CredentialResult.Kind.EXPIRED && kind != CredentialResult.Kind.TOO_WEAK;
    }

    private CredentialResult blocked(Block block) {
        Duration left = Duration.between(clock.instant(), block.until());
        long minutes = Math.max(1, left.plusSeconds(59).toMinutes());
        return CredentialResult.blocked("Try again in " + minutes + (minutes == 1 ? " minute" : " minutes"));
    }
}
