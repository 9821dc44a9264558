package org.smtpguard.backend.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.LogCapture;

class TroubleTest {
    private final AtomicLong clock = new AtomicLong(-5);
    private final Trouble trouble = new Trouble(LoggerFactory.getLogger(TroubleTest.class), "db", clock::get);

    @Test
    void isToldWhenItBeginsWhenItChangesAndOnceAnHour() {
        try (LogCapture log = new LogCapture()) {
            trouble.is("cannot write");
            trouble.is("cannot write");
            trouble.is("cannot read");
            trouble.is("cannot read");
            assertThat(log.at(Level.WARN)).containsExactly("Backend db cannot write.", "Backend db cannot read.");

            clock.addAndGet(Duration.ofHours(1).toNanos() - 1);
            trouble.is("cannot read");
            assertThat(log.at(Level.WARN)).hasSize(2);
            clock.addAndGet(1);
            trouble.is("cannot read");
            trouble.is("cannot read");
            assertThat(log.at(Level.WARN)).hasSize(3).last().isEqualTo("Backend db cannot read.");
        }
    }

    @Test
    void thatComesAndGoesIsNotToldEachTimeItComes() {
        assertThat(trouble.now()).isEmpty();
        try (LogCapture log = new LogCapture()) {
            for (int i = 0; i < 10; i++) {
                trouble.is("cannot write");
                assertThat(trouble.now()).contains("cannot write");
                trouble.isOver();
                assertThat(trouble.now()).isEmpty();
            }
            assertThat(log.at(Level.WARN)).hasSize(1);
        }
    }
}
