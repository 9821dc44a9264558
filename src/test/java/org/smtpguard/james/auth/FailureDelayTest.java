package org.smtpguard.james.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Origin;
import org.smtpguard.sasl.SaslStep;

class FailureDelayTest {
    private static final Origin CLIENT = Origin.of("PLAIN", Optional.of("192.0.2.7"), Optional.empty(), true);
    private static final SaslStep REFUSED = SaslStep.refused("alice@example.org", CredentialResult.refused());

    private final FailureDelay delay = new FailureDelay(origin -> Duration.ofMillis(200));

    @Test
    void aFailedLogInIsAnsweredLaterAndUnchanged() {
        CompletableFuture<SaslStep> step = delay.delay(CompletableFuture.completedFuture(REFUSED), CLIENT);

        assertThat(step).isNotDone();
        assertThat(step.join()).isSameAs(REFUSED);
    }

    private enum Immediate {
        SUCCESS(SaslStep.success("alice@example.org", CredentialResult.accepted("alice@example.org"))),
        CHALLENGE(SaslStep.challenge(new byte[0])),
        MALFORMED(SaslStep.malformed()),
        UNAVAILABLE(SaslStep.refused("alice@example.org", CredentialResult.unavailable("down"))),
        OVERLOADED(SaslStep.refused("alice@example.org", CredentialResult.overloaded("full"))),
        BLOCKED(SaslStep.refused("alice@example.org", CredentialResult.blocked("for 5 minutes")));

        private final SaslStep step;

        Immediate(SaslStep step) {
            this.step = step;
        }
    }

    @ParameterizedTest
    @EnumSource(Immediate.class)
    void everythingElseIsAnsweredImmediately(Immediate one) {
        assertThat(delay.delay(CompletableFuture.completedFuture(one.step), CLIENT)).isCompletedWithValue(one.step);
    }

    @Test
    void whereNoDelayIsConfiguredOrTheClientIsExemptTheStepIsTheSame() {
        CompletableFuture<SaslStep> step = CompletableFuture.completedFuture(REFUSED);

        assertThat(new FailureDelay(origin -> Duration.ZERO).delay(step, CLIENT)).isSameAs(step);
    }

    @Test
    void thereIsABoundToDelayedReplies() {
        FailureDelay longer = new FailureDelay(origin -> Duration.ofMinutes(10));
        for (int i = 0; i < FailureDelay.LIMIT; i++) {
            assertThat(longer.delay(CompletableFuture.completedFuture(REFUSED), CLIENT)).isNotDone();
        }

        assertThat(longer.delay(CompletableFuture.completedFuture(REFUSED), CLIENT)).isCompletedWithValue(REFUSED);
    }
}
