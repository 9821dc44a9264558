package org.smtpguard.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({"15m, PT15M", "6h, PT6H", "7d, P7D", "0m, PT0S", "999999d, P999999D"})
    void isANumberAndAUnit(String text, Duration duration) {
        assertThat(Durations.parse(text)).hasValue(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "15", "m", "-1h", "1.5h", "1 h", "1H", "1s", "1w", "1000000d", "1h\n", "١h"})
    void isNoOtherText(String text) {
        assertThat(Durations.parse(text)).isEmpty();
    }
}
