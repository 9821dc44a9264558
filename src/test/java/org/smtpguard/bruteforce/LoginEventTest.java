package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.bruteforce.LoginEvent.Kind;

class LoginEventTest {
    private static final Optional<Network> NETWORK = Network.parse("192.0.2.0/24");

    @ParameterizedTest
    @EnumSource
    void isTheSameAfterItWasALine(Kind kind) {
        LoginEvent event = LoginEvent.decode(new LoginEvent(kind, 1_700_000_000_123L, "0badcafe", NETWORK, Optional.of(-2L),
            Optional.of("sealed"), -7, Optional.of("spam: \u00e4 \n")).encode()).orElseThrow();

        assertThat(event.kind).isEqualTo(kind);
        assertThat(event.time).isEqualTo(1_700_000_000_123L);
        assertThat(event.secretId).isEqualTo("0badcafe");
        assertThat(event.network).isEqualTo(NETWORK);
        assertThat(event.userKey).hasValue(-2L);
        assertThat(event.sealedUser).hasValue("sealed");
        assertThat(event.value).isEqualTo(-7);
        assertThat(event.text).hasValue("spam: \u00e4 \n");
    }

    @Test
    void isALineThatBeginsWithItsTime() {
        assertThat(new LoginEvent(Kind.LIFTED, 17, "0badcafe", NETWORK, Optional.empty(), Optional.empty(), 0, Optional.empty()).encode())
            .isEqualTo("17 1 LIFTED 0badcafe 192.0.2.0/24 - - 0 -");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "17 1 FAILED 0badcafe 192.0.2.7/32 ff - 5 -",
        "17 1 SUCCEEDED 0badcafe 192.0.2.7/32 ff - 0 -",
        "17 1 BLOCKED 0badcafe 192.0.2.7/32 - - 5 -",
        "17 1 BLOCKED 0badcafe - ff sealed 5 -",
        "17 1 LIFTED 0badcafe - ff - 0 -"})
    void namesWhomItConcerns(String line) {
        assertThat(LoginEvent.decode(line).orElseThrow().encode()).isEqualTo(line);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "",
        "17 1 FAILED 0badcafe 192.0.2.7/32 ff - 5",
        "17 1 FAILED 0badcafe 192.0.2.7/32 ff - 5 - more",
        "17 2 FAILED 0badcafe 192.0.2.7/32 ff - 5 -",
        "17 1 UNKNOWN 0badcafe 192.0.2.7/32 ff - 5 -",
        "x 1 FAILED 0badcafe 192.0.2.7/32 ff - 5 -",
        "17 1 FAILED 0badcafe 192.0.2.777 ff - 5 -",
        "17 1 FAILED 0badcafe 192.0.2.7/32 xyz - 5 -",
        "17 1 FAILED 0badcafe 192.0.2.7/32 ff - x -",
        "17 1 FAILED 0badcafe 192.0.2.7/32 ff - 5 !",
        "17 1 FAILED 0badcafe - ff - 5 -",
        "17 1 FAILED 0badcafe 192.0.2.7/32 - - 5 -",
        "17 1 SUCCEEDED 0badcafe 192.0.2.7/32 - - 5 -",
        "17 1 SUCCEEDED 0badcafe - ff - 5 -",
        "17 1 BLOCKED 0badcafe - - - 5 -",
        "17 1 LIFTED 0badcafe - - - 5 -"})
    void aDamagedLineIsNone(String line) {
        assertThat(LoginEvent.decode(line)).isEmpty();
    }

    @Test
    void aLineTellsItsTimeEvenIfTheRestIsDamaged() {
        assertThat(EventLog.time("1700000000123 x")).isEqualTo(1_700_000_000_123L);
        assertThat(EventLog.time("90")).isEqualTo(90);
        assertThat(EventLog.time("")).isZero();
        assertThat(EventLog.time("x17")).isZero();
        assertThat(EventLog.time("/7")).isZero();
        assertThat(EventLog.time(":7")).isZero();
        assertThat(EventLog.time("99999999999999999999")).isEqualTo(999_999_999_999_999_999L);
    }
}
