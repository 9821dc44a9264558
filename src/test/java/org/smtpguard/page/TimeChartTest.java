package org.smtpguard.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;
import org.smtpguard.transcript.ViolationCount;
import org.smtpguard.transcript.Violations;

class TimeChartTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:30:00Z");

    private final Violations violations = new Violations(Clock.fixed(NOW, ZoneOffset.UTC));

    @ParameterizedTest
    @CsvSource({"0, 2", "1, 2", "2, 2", "3, 4", "5, 6", "9, 10", "10, 10", "11, 20", "101, 200", "999999999999, 1000000000000"})
    void theTopIsARoundNumberThatIsNotBelowTheMost(long most, long top) {
        assertThat(TimeChart.niceTop(most)).isEqualTo(top);
    }

    @ParameterizedTest
    @CsvSource({"PT15M, PT1M", "PT48M, PT1M", "PT1H, PT2M", "PT6H, PT10M", "PT24H, PT30M"})
    void thereAreNotTooManyBars(Duration range, Duration step) {
        assertThat(Pages.step(range)).isEqualTo(step);
    }

    @Test
    void theBarsHaveTheHeightsOfTheirNumbers() {
        IntStream.range(0, 3).forEach(i -> violations.count(DiagnosisId.SEQ_EHLO_MISSING, Verb.MAIL, "192.0.2.1", false));
        violations.count(DiagnosisId.SYN_COMMAND, Verb.OTHER, "192.0.2.1", true);

        Document chart = chart(ViolationCount::total);

        assertThat(chart.select(".bars .s0").attr("height")).isEqualTo("75.0");
        assertThat(chart.select(".bars .s0").attr("y")).isEqualTo("25.0");
        assertThat(chart.select(".bars .s1").attr("height")).isEqualTo("25.0");
        assertThat(chart.select(".bars .s1").attr("y")).isEqualTo("0.0");
        assertThat(chart.select(".legend li").eachText()).containsExactly("SEQ-EHLO-MISSING 3", "SYN-COMMAND 1");
        assertThat(chart.select("tbody tr").eachText()).containsExactly("10:30 to 10:31 3 SEQ-EHLO-MISSING, 1 SYN-COMMAND");
        assertThat(chart(ViolationCount::observed).select(".legend li").eachText()).containsExactly("SYN-COMMAND 1");
    }

    @Test
    void whatIsBrokenSeldomIsOneOfTheOthers() {
        for (DiagnosisId id : DiagnosisId.values()) {
            IntStream.rangeClosed(0, id.ordinal()).forEach(i -> violations.count(id, Verb.MAIL, "192.0.2.1", false));
        }
        int all = IntStream.rangeClosed(1, DiagnosisId.values().length).sum();
        int named = IntStream.range(0, 5).map(i -> DiagnosisId.values().length - i).sum();

        assertThat(chart(ViolationCount::total).select(".legend li")).hasSize(6).last()
            .satisfies(others -> assertThat(others.text()).isEqualTo("others " + (all - named)));
    }

    @Test
    void nothingIsSaidToBeNothing() {
        assertThat(chart(ViolationCount::total).text()).contains("None in this period.");
    }

    private Document chart(ToLongFunction<ViolationCount> number) {
        Duration step = Duration.ofMinutes(1);
        return Jsoup.parse(new TimeChart(violations.over(NOW.minus(Duration.ofMinutes(5)), step), step, new Times(ZoneOffset.UTC), number)
            .draw().toString());
    }
}
