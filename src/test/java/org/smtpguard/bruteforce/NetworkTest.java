package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.ClientNetwork;

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

    @ParameterizedTest
    @CsvSource({"192.0.2.7, 32, false, 192.0.2.7/32", "192.0.2.7, 24, false, 192.0.2.0/24", "192.0.2.0/24, 24, false, 192.0.2.0/24",
        "192.0.2.0/23, 24, true, 192.0.2.0/23", "2001:db8::/48, 24, true, 2001:db8:0:0:0:0:0:0/48"})
    void isWithinANetworkThatIsCountedAsOneUnlessItIsWider(String cidr, int ipv4, boolean isWider, String within) {
        NetworkPrefixes prefixes = new NetworkPrefixes(ipv4, 64);
        Network network = Network.parse(cidr).orElseThrow();

        assertThat(network.isWiderThan(prefixes)).isEqualTo(isWider);
        assertThat(network.within(prefixes)).hasToString(within);
    }

    @Test
    void hasTheLengthOfItsPrefix() {
        assertThat(Network.parse("192.0.2.0/24").orElseThrow().bits()).isEqualTo(24);
        assertThat(Network.parse(" 192.0.2.1 / 8 ")).hasToString("Optional[192.0.0.0/8]");
        assertThat(Network.parse("192.0.2.7").orElseThrow().isIpv4()).isTrue();
        assertThat(Network.parse("2001:db8::/32").orElseThrow().isIpv4()).isFalse();
        assertThat(Network.of(ClientNetwork.NONE)).isEmpty();
    }

    @Test
    void networksAreEqualIfTheirAddressesAre() {
        Network network = Network.parse("2001:db8::7:0/112").orElseThrow();

        assertThat(Network.parse("2001:db8::7:8/112")).hasValue(network).map(Network::hashCode).hasValue(network.hashCode());
        assertThat(List.of(network, Network.parse("2001:db8::7:0/113").orElseThrow(), Network.parse("2001:db8::8:0/112").orElseThrow(),
            Network.parse("2001:db9::7:0/112").orElseThrow())).doesNotHaveDuplicates();
        assertThat(network.low()).isEqualTo(0x7_0000L);
        assertThat(network.high()).isEqualTo(0x20010db8_00000000L);
    }
}
