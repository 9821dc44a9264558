package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
    private static final NetworkPrefixes DEFAULT = new NetworkPrefixes(32, 64);

    @ParameterizedTest
    @CsvSource({"192.0.2.7, 192.0.2.7/32", "::ffff:192.0.2.7, 192.0.2.7/32", "2001:db8:1:2:3:4:5:6, 2001:db8:1:2:0:0:0:0/64",
        "fe80::1%eth0, fe80:0:0:0:0:0:0:0/64"})
    void isTheFirstBitsOfAnAddress(String address, String network) {
        assertThat(Network.parse(address).map(host -> host.within(DEFAULT))).hasToString("Optional[" + network + "]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "example.org", "192.0.2.256", "192.0.2", ":::", "2001:db8::/129", "192.0.2.1/33", "192.0.2.1/x", "/8",
        "user:name@example.org", "g::1", ".::1", "localhost:25"})
    void namesAndNonsenseAreNone(String text) {
        assertThat(Network.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/8, 10.1.2.3, true", "10.0.0.0/8, 11.1.2.3, false", "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false", "2001:db8::1:0/112, 2001:db8::1:ffff, true", "0.0.0.0/0, 192.0.2.1, true",
        "0.0.0.0/0, ::1, false", "::/0, 2001:db8::1, true", "::1, ::1, true", "10.0.0.1, 10.0.0.0/8, false"})
    void containsTheNetworksWithItsBits(String outer, String inner, boolean contains) {
        assertThat(Network.parse(outer).orElseThrow().contains(Network.parse(inner).orElseThrow())).isEqualTo(contains);
    }

    @Test
    void anIpv4NetworkIsNotTheIpv6NetworkOfTheSameBits() {
        assertThat(Network.parse("1.2.3.4").orElseThrow()).isNotEqualTo(Network.parse("102:304::/32").orElseThrow());
        assertThat(Network.parse("1.2.3.4").orElseThrow().low()).isNotEqualTo(Network.parse("102:304::/32").orElseThrow().low());
    }
}
