package org.smtpguard.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.smtpguard.credential.LogCapture;

/** What is logged of a health that changes. */
class HealthRecordTest {
    private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");

    private final HealthRecord record = new HealthRecord("backend=corp", "not queried yet", START);

    @Test
    void whatFailsAndRecoversWithEachRequestDoesNotFillTheLog() {
        try (LogCapture log = new LogCapture()) {
            for (int i = 0; i < 500; i++) {
                change(i, START.plusMillis(i));
            }
            change(500, START.plus(HealthRecord.PERIOD));

            List<String> lines = log.text().lines().filter(line -> line.contains("backend=corp")).collect(Collectors.toList());
            assertThat(lines).hasSize(HealthRecord.LINES + 1);
            assertThat(lines.get(HealthRecord.LINES - 1)).contains("it changes too often: further changes are logged from"
                + " 2026-03-01T10:10:00Z on");
            assertThat(lines.get(HealthRecord.LINES - 2)).doesNotContain("too often");
            assertThat(lines.get(HealthRecord.LINES)).contains("degraded backend=corp since=2026-03-01T10:10:00Z")
                .doesNotContain("too often");
        }
    }

    private void change(int number, Instant now) {
        record.update(number % 2 == 0 ? Optional.of("a fault") : Optional.empty(), "it answers", now);
    }
}
