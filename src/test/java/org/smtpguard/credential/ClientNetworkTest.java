package org.smtpguard.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientNetworkTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1/32",
        "::ffff:192.0.2.1, 192.0.2.1/32",
        "0:0:0:0:0:ffff:c000:201, 192.0.2.1/32",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:2:0:0:0:0/64",
        "2001:db8:1:2::, 2001:db8:1:2:0:0:0:0/64",
        "fe80::1%eth0, fe80:0:0:0:0:0:0:0/64",
        "localhost, none",
        "192.0.2.256, none",
        "2001:db8::g, none",
        "abc, none",
        "'', none",
    })
    void isTheAddressOrItsFirst64Bits(String address, String network) {
        assertThat(ClientNetwork.of(Optional.of(address))).hasToString(network);
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8:1:2::1, 2001:db8:1:2:ffff::2, true",
        "2001:db8:1:2::1, 2001:db8:1:3::1, false",
        "192.0.2.1, 192.0.2.2, false",
        "192.0.2.1, ::ffff:192.0.2.1, true",
        "nobody, '', true",
    })
    void isEqualToThatOfANeighbour(String one, String other, boolean equal) {
        assertThat(ClientNetwork.of(Optional.of(one)).equals(ClientNetwork.of(Optional.of(other)))).isEqualTo(equal);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1, IPV4, c000020100000000, 0", "2001:db8:1:2:3:4:5:6, IPV6, 20010db800010002, 3000400050006",
        "localhost, NONE, 0, 0"})
    void hasTheBitsOfTheAddress(String address, ClientNetwork.Family family, String high, String low) {
        ClientNetwork network = ClientNetwork.of(Optional.of(address));

        assertThat(network.family()).isEqualTo(family);
        assertThat(network.high()).isEqualTo(Long.parseUnsignedLong(high, 16));
        assertThat(network.low()).isEqualTo(Long.parseUnsignedLong(low, 16));
        assertThat(network).hasSameHashCodeAs(ClientNetwork.of(Optional.of(address))).isNotEqualTo(address);
    }
}
