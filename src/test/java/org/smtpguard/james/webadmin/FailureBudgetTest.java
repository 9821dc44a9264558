package org.smtpguard.james.webadmin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;

class FailureBudgetTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-31T12:00:00Z"));
    private final FailureBudget budget = new FailureBudget(2, Duration.ofMinutes(1), new Clock() {
        @Override
        public Instant instant() {
            return now.get();
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    });

    @Test
    void isUsedUpByFailuresAndRefilledByTime() {
        assertThat(budget.take()).isTrue();
        assertThat(budget.take()).isTrue();
        assertThat(budget.take()).isFalse();
        pass(Duration.ofSeconds(59));
        assertThat(budget.take()).isFalse();
        pass(Duration.ofSeconds(1));
        assertThat(budget.take()).isTrue();
        assertThat(budget.take()).isFalse();
        pass(Duration.ofDays(1));
        assertThat(budget.take()).isTrue();
        assertThat(budget.take()).isTrue();
        assertThat(budget.take()).isFalse();
    }

    @Test
    void isNotUsedUpBySuccesses() {
        for (int i = 0; i < 10; i++) {
            assertThat(budget.take()).isTrue();
            budget.release();
        }
    }

    @Test
    void survivesAClockThatIsSetBack() {
        budget.take();
        budget.take();
        pass(Duration.ofDays(-1));
        assertThat(budget.take()).isFalse();
        pass(Duration.ofMinutes(1));
        assertThat(budget.take()).isTrue();
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }
}
