package org.smtpguard.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;
import org.smtpguard.transcript.ViolationCount.By;

class ViolationsTest {
    private static final Instant EVER = Instant.EPOCH;

    private final TestClock clock = new TestClock();
    private final Violations violations = new Violations(clock);

    @Test
    void areCountedByRuleByVerbAndByClient() {
        refused(DiagnosisId.SEQ_MAIL_MISSING, Verb.RCPT, "192.0.2.1");
        refused(DiagnosisId.SEQ_MAIL_MISSING, Verb.DATA, "192.0.2.1");
        refused(DiagnosisId.SYN_COMMAND, Verb.OTHER, "192.0.2.2");
        violations.count(DiagnosisId.SEQ_MAIL_MISSING, Verb.DATA, "192.0.2.3", true);

        assertThat(counts(EVER, By.RULE)).containsExactly("SEQ-MAIL-MISSING: 2 refused, 1 observed", "SYN-COMMAND: 1 refused, 0 observed");
        assertThat(counts(EVER, By.VERB))
            .containsExactly("DATA: 1 refused, 1 observed", "OTHER: 1 refused, 0 observed", "RCPT: 1 refused, 0 observed");
        assertThat(counts(EVER, By.CLIENT)).containsExactly("192.0.2.1: 2 refused, 0 observed", "192.0.2.2: 1 refused, 0 observed",
            "192.0.2.3: 0 refused, 1 observed");
    }

    @Test
    void areCountedSinceTheMinuteThatIsAskedFor() {
        refused(DiagnosisId.SYN_COMMAND, Verb.OTHER, "192.0.2.1");
        clock.advance(Duration.ofMinutes(10));
        refused(DiagnosisId.SYN_ARGUMENT, Verb.EHLO, "192.0.2.1");

        assertThat(counts(clock.instant().minus(Duration.ofMinutes(9)), By.RULE)).containsExactly("SYN-ARGUMENT: 1 refused, 0 observed");
        assertThat(counts(clock.instant().minus(Duration.ofMinutes(10)), By.RULE)).hasSize(2);
    }

    @Test
    void areForgottenAfterADay() {
        refused(DiagnosisId.SYN_COMMAND, Verb.OTHER, "192.0.2.1");
        clock.advance(Violations.KEPT.minusMinutes(1));
        assertThat(counts(EVER, By.RULE)).hasSize(1);

        clock.advance(Duration.ofMinutes(1));
        assertThat(counts(EVER, By.RULE)).isEmpty();
        refused(DiagnosisId.SYN_COMMAND, Verb.OTHER, "192.0.2.1");
        assertThat(counts(EVER, By.RULE)).containsExactly("SYN-COMMAND: 1 refused, 0 observed");
    }

    @Test
    void haveAPlaceInEveryStepOfTime() {
        refused(DiagnosisId.SYN_COMMAND, Verb.OTHER, "192.0.2.1");
        clock.advance(Duration.ofMinutes(25));
        refused(DiagnosisId.SYN_ARGUMENT, Verb.EHLO, "192.0.2.1");

        Map<Instant, List<ViolationCount>> steps = violations.over(TestClock.START, Duration.ofMinutes(10));

        assertThat(steps.keySet()).containsExactly(TestClock.START, TestClock.START.plusSeconds(600), TestClock.START.plusSeconds(1200));
        assertThat(steps.values()).extracting(List::toString).containsExactly("[SYN-COMMAND: 1 refused, 0 observed]", "[]",
            "[SYN-ARGUMENT: 1 refused, 0 observed]");
    }

    @Test
    void cannotBeAskedForInPartsOfAMinute() {
        assertThatIllegalArgumentException().isThrownBy(() -> violations.over(EVER, Duration.ofSeconds(90)));
        assertThatIllegalArgumentException().isThrownBy(() -> violations.over(EVER, Duration.ofSeconds(30)));
    }

    /** A crowd in which each comes once does not hide the one who comes again and again, and nobody is lost. */
    @Test
    void ofManyClientsThoseAreToldApartThatAreRefusedMost() {
        for (int i = 0; i < 100_000; i++) {
            refused(DiagnosisId.AUTH_CREDENTIALS, Verb.AUTH, "198.51.100." + i);
            if (i % 10 == 0) {
                refused(DiagnosisId.AUTH_CREDENTIALS, Verb.AUTH, "192.0.2.1");
            }
        }

        List<ViolationCount> counts = violations.since(EVER, By.CLIENT);
        assertThat(counts.get(0).key()).contains("192.0.2.1");
        assertThat(counts.get(0).refused()).isEqualTo(10_000);
        assertThat(counts).hasSize(Violations.CLIENTS + 1);
        assertThat(counts.get(Violations.CLIENTS).key()).isEmpty();
        assertThat(counts.stream().mapToLong(ViolationCount::refused).sum()).isEqualTo(110_000);
    }

    @Test
    void takeNoMoreMemoryThanThatOfADaysMinutes() {
        for (int minute = 0; minute < 3 * 24 * 60; minute++) {
            IntStream.range(0, 100).forEach(client -> refused(DiagnosisId.SYN_COMMAND, Verb.OTHER, "192.0.2." + client));
            clock.advance(Duration.ofMinutes(1));
        }
        clock.advance(Duration.ofMinutes(-1));

        assertThat(counts(EVER, By.RULE)).containsExactly("SYN-COMMAND: " + 24 * 60 * 100 + " refused, 0 observed");
        assertThat(violations.over(EVER, Duration.ofMinutes(1))).hasSize(24 * 60);
    }

    private void refused(DiagnosisId rule, Verb verb, String client) {
        violations.count(rule, verb, client, false);
    }

    private List<String> counts(Instant since, By by) {
        return violations.since(since, by).stream().map(ViolationCount::toString).collect(Collectors.toList());
    }
}
