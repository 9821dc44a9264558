package org.smtpguard.backend.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.LogCapture;

class LastingProblemTest {
    private final AtomicLong clock = new AtomicLong(-5);
    private final LastingProblem problem = new LastingProblem(LoggerFactory.getLogger(LastingProblemTest.class), "db", clock::get);

    @Test
    void isToldWhenItBeginsWhenItChangesAndOnceAnHour() {
        try (LogCapture log = new LogCapture()) {
            problem.report("cannot write");
            problem.report("cannot write");
            problem.report("cannot read");
            problem.report("cannot read");
            assertThat(log.at(Level.WARN)).containsExactly("Backend db cannot write.", "Backend db cannot read.");

            clock.addAndGet(Duration.ofHours(1).toNanos() - 1);
            problem.report("cannot read");
            assertThat(log.at(Level.WARN)).hasSize(2);
            clock.addAndGet(1);
            problem.report("cannot read");
            problem.report("cannot read");
            assertThat(log.at(Level.WARN)).hasSize(3).last().isEqualTo("Backend db cannot read.");
        }
    }

    @Test
    void thatComesAndGoesIsNotToldEachTimeItComes() {
        assertThat(problem.current()).isEmpty();
        try (LogCapture log = new LogCapture()) {
            for (int i = 0; i < 10; i++) {
                problem.report("cannot write");
                assertThat(problem.current()).contains("cannot write");
                problem.resolved();
                assertThat(problem.current()).isEmpty();
            }
            assertThat(log.at(Level.WARN)).hasSize(1);
        }
    }
}
