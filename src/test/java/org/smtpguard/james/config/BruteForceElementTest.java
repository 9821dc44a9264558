package org.smtpguard.james.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.bruteforce.BruteForceSettings;
import org.smtpguard.bruteforce.Network;
import org.smtpguard.bruteforce.NetworkPrefixes;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.james.Xml;

class BruteForceElementTest {
    @Test
    void anEmptyElementHasTheDefaults() {
        assertThat(parse("<bruteForce/>")).isEqualTo(BruteForceSettings.defaults());
    }

    @Test
    void everySettingCanBeChanged() {
        assertThat(parse("<bruteForce mode=\"observe\" entries=\"5000\">"
            + "<perNetwork failures=\"3\" within=\"10m\" block=\"1m\" maxBlock=\"2h\" ipv4Prefix=\"24\" ipv6Prefix=\"48\"/>"
            + "<perUser failures=\"7\" within=\"12h\"/><knownNetworks keep=\"10d\"/><exempt>192.0.2.0/24, ::1</exempt>"
            + "<store>redis</store><failureDelay>500ms</failureDelay></bruteForce>"))
            .isEqualTo(BruteForceSettings.defaults().with(BruteForceSettings.Mode.OBSERVE).bounded(5000)
                .with(new BruteForceSettings.NetworkLimit(3, Duration.ofMinutes(10), Duration.ofMinutes(1), Duration.ofHours(2)),
                    new NetworkPrefixes(24, 48))
                .with(new BruteForceSettings.UserLimit(7, Duration.ofHours(12))).keepingKnown(Duration.ofDays(10))
                .delayingFailures(Duration.ofMillis(500))
                .exempting(List.of(Network.parse("192.0.2.0/24").orElseThrow(), Network.parse("::1").orElseThrow()))
                .storedIn(BruteForceSettings.Store.REDIS));
    }

    @Test
    void anEmptyExemptMeansNoExemption() {
        assertThat(parse("<bruteForce><exempt/></bruteForce>")).isEqualTo(BruteForceSettings.defaults().exempting(List.of()));
    }

    @Test
    void theDelayOfFailuresCanBeNone() {
        assertThat(parse("<bruteForce><failureDelay>0s</failureDelay></bruteForce>"))
            .isEqualTo(BruteForceSettings.defaults().delayingFailures(Duration.ZERO));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "<bruteForce mode='on'/> | mode=\"on\"; it can be enforce, observe or off",
        "<bruteForce><perNetwork failures='0'/></bruteForce> | failures=\"0\"",
        "<bruteForce><perNetwork ipv4Prefix='33'/></bruteForce> | from 1 to 32",
        "<bruteForce><perNetwork block='2h' maxBlock='1h'/></bruteForce> | maxBlock shorter than its block",
        "<bruteForce><perUser within='soon'/></bruteForce> | within=\"soon\"; it can be a time",
        "<bruteForce><exempt>localhost</exempt></bruteForce> | names \"localhost\", which is no network",
        "<bruteForce><failureDelay>1m</failureDelay></bruteForce> | is \"1m\"; it can be a time up to 10s",
        "<bruteForce><store>files</store></bruteForce> | it can be local or redis",
        "<bruteForce><perUsers/></bruteForce> | unknown element <perUsers>"})
    void aMistakeNamesTheElementAndTheFix(String xml, String message) {
        assertThatThrownBy(() -> parse(xml)).isInstanceOf(InvalidConfigurationException.class).hasMessageContaining(message)
            .hasMessageContaining("bruteForce");
    }

    private static BruteForceSettings parse(String xml) {
        return BruteForceElement.parse(Xml.handler(NamedClass.AUTHENTICATION, xml).child("bruteForce").orElseThrow());
    }
}
