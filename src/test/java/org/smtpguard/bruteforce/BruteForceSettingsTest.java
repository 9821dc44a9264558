package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.bruteforce.BruteForceSettings.Mode;
import org.smtpguard.bruteforce.BruteForceSettings.NetworkLimit;
import org.smtpguard.bruteforce.BruteForceSettings.Store;
import org.smtpguard.bruteforce.BruteForceSettings.UserLimit;

class BruteForceSettingsTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final NetworkLimit NETWORK_LIMIT = new NetworkLimit(20, HOUR, Duration.ofMinutes(5), DAY);
    private static final NetworkPrefixes PREFIXES = new NetworkPrefixes(32, 64);

    private final BruteForceSettings defaults = BruteForceSettings.defaults();

    @Test
    void theDefaultsAreThoseOfTheConfiguration() {
        assertThat(defaults.mode()).isEqualTo(Mode.ENFORCE);
        assertThat(defaults.store()).isEqualTo(Store.LOCAL);
        assertThat(defaults.perNetwork()).hasToString("20 failed log-ins within 1 h");
        assertThat(defaults.perNetwork().block()).hasMinutes(5);
        assertThat(defaults.perNetwork().maxBlock()).hasHours(24);
        assertThat(defaults.perUser()).hasToString("50 failed log-ins within 1 d");
        assertThat(defaults.keepKnown()).hasDays(30);
        assertThat(defaults.exempt()).extracting(Network::toString).containsExactly("127.0.0.0/8", "0:0:0:0:0:0:0:1/128");
        assertThat(defaults.entries()).isEqualTo(1_000_000);
        assertThat(defaults.failureDelay()).hasSeconds(1);
    }

    @Test
    void settingsAreEqualIfAllOfThemAre() {
        assertThat(defaults).isEqualTo(BruteForceSettings.defaults()).hasSameHashCodeAs(BruteForceSettings.defaults())
            .isEqualTo(defaults.with(NETWORK_LIMIT, PREFIXES));
        assertThat(List.of(
            defaults,
            defaults.with(Mode.OBSERVE),
            defaults.with(new NetworkLimit(21, HOUR, Duration.ofMinutes(5), DAY), PREFIXES),
            defaults.with(new NetworkLimit(20, DAY, Duration.ofMinutes(5), DAY), PREFIXES),
            defaults.with(new NetworkLimit(20, HOUR, Duration.ofMinutes(6), DAY), PREFIXES),
            defaults.with(new NetworkLimit(20, HOUR, Duration.ofMinutes(5), HOUR), PREFIXES),
            defaults.with(NETWORK_LIMIT, new NetworkPrefixes(24, 64)),
            defaults.with(NETWORK_LIMIT, new NetworkPrefixes(32, 56)),
            defaults.with(new UserLimit(51, DAY)),
            defaults.with(new UserLimit(50, HOUR)),
            defaults.keepingKnown(DAY),
            defaults.exempting(List.of()),
            defaults.bounded(5_000),
            defaults.delayingFailures(Duration.ZERO),
            defaults.storedIn(Store.REDIS))).doesNotHaveDuplicates();
        assertThat(defaults).isNotEqualTo("settings");
    }

    @ParameterizedTest
    @CsvSource({"45, 45 s", "60, 1 min", "90, 90 s", "300, 5 min", "3600, 1 h", "5400, 90 min", "7200, 2 h", "86400, 1 d", "90000, 25 h",
        "172800, 2 d"})
    void aLimitIsWrittenInTheLargestUnitThatFits(int seconds, String words) {
        assertThat(new UserLimit(3, Duration.ofSeconds(seconds))).hasToString("3 failed log-ins within " + words);
    }

    @ParameterizedTest
    @CsvSource({"5000, 5000", "200000, 200000", "1000000, 200000"})
    void asManyEventsAreKeptAsAreCountedUpToALimit(int entries, int events) {
        assertThat(defaults.bounded(entries).eventLimit()).isEqualTo(events);
    }

    @ParameterizedTest
    @CsvSource({"5, 1, 2, 5", "1, 5, 2, 5", "1, 2, 5, 5"})
    void failuresAreKeptAsLongAsTheyMatter(int within, int maxBlock, int ofUser, int hours) {
        assertThat(defaults.with(new NetworkLimit(20, Duration.ofHours(within), HOUR, Duration.ofHours(maxBlock)), PREFIXES)
            .with(new UserLimit(50, Duration.ofHours(ofUser))).keepFailures()).hasHours(hours);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "32, 128"})
    void prefixesAreAsLongAsAddressesAtMost(int ipv4, int ipv6) {
        NetworkPrefixes prefixes = new NetworkPrefixes(ipv4, ipv6);

        assertThat(prefixes.ipv4()).isEqualTo(ipv4);
        assertThat(prefixes.ipv6()).isEqualTo(ipv6);
    }

    @ParameterizedTest
    @CsvSource({"0, 64", "33, 64", "32, 0", "32, 129"})
    void otherPrefixesAreRejected(int ipv4, int ipv6) {
        assertThatThrownBy(() -> new NetworkPrefixes(ipv4, ipv6)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("1 to 32");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "59, 0", "60, 1", "3599, 59", "3600, 60"})
    void anHourHasSixtySlots(int time, int slot) {
        assertThat(new Slots(HOUR).slot(time)).isEqualTo(slot);
        assertThat(new Slots(HOUR).begin(slot)).isEqualTo(60 * slot);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "60, 1", "61, 2", "120, 2", "121, 3"})
    void aSlotIsAtLeastASixtiethOfTheTime(int seconds, int ofASlot) {
        assertThat(new Slots(Duration.ofSeconds(seconds)).begin(1)).isEqualTo(ofASlot);
    }

    @Test
    void aSlotOfNoTimeIsASecond() {
        assertThat(new Slots(Duration.ZERO).begin(1)).isEqualTo(1);
    }
}
