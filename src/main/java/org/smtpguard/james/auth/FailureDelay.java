package org.smtpguard.james.auth;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import org.smtpguard.credential.Origin;
import org.smtpguard.james.event.AuthOutcome;
import org.smtpguard.sasl.SaslStep;

/**
 * Delays the reply to a failed log-in by a random time, which costs a client that guesses and hardly one that mistypes. The failure is
 * counted before. At most {@value #LIMIT} replies are delayed concurrently; others are sent immediately.
 *
 * <p>Threads: none waits; a delayed step is completed by the JDK's timer, on the common pool.
 */
final class FailureDelay {
    static final int LIMIT = 10_000;

    private final Function<Origin, Duration> maximum;
    private final AtomicInteger delayed = new AtomicInteger();

    /** @param maximum for a client; the delay is between half of it and all of it */
    FailureDelay(Function<Origin, Duration> maximum) {
        this.maximum = maximum;
    }

    /** @return the same step, later if it is a failed log-in */
    CompletableFuture<SaslStep> delay(CompletableFuture<SaslStep> step, Origin origin) {
        Duration most = maximum.apply(origin);
        return most.isZero() ? step : step.thenCompose(result -> isFailure(result) ? later(result, most)
            : CompletableFuture.completedFuture(result));
    }

    private static boolean isFailure(SaslStep step) {
        return step.type() != SaslStep.Type.CHALLENGE && step.type() != SaslStep.Type.SUCCESS && step.type() != SaslStep.Type.MALFORMED
            && AuthOutcome.of(step).isFailedLogin();
    }

    private CompletableFuture<SaslStep> later(SaslStep step, Duration most) {
        if (delayed.incrementAndGet() > LIMIT) {
            delayed.decrementAndGet();
            return CompletableFuture.completedFuture(step);
        }
        long millis = Math.max(1, most.toMillis());
        long pause = ThreadLocalRandom.current().nextLong(millis / 2, millis + 1);
        Executor timer = CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS);
        return CompletableFuture.supplyAsync(() -> {
            delayed.decrementAndGet();
            return step;
        }, timer);
    }
}
