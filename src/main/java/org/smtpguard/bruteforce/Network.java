package org.smtpguard.bruteforce;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;

import org.smtpguard.credential.ClientNetwork;

/**
 * A network of client addresses: the first bits of an IPv4 or IPv6 address. An IPv4 address in IPv6 form ({@code ::ffff:192.0.2.1},
 * RFC 4291 §2.5.5.2) is an IPv4 address. Immutable.
 */
public final class Network {
    private static final int IPV4_OCTETS = 4;
    private static final int IPV6_OCTETS = 16;
    private static final int HALF = 64;

    private final boolean isIpv4;
    private final long high;
    private final long low;
    private final int bits;

    private Network(boolean isIpv4, long high, long low, int bits) {
        this.isIpv4 = isIpv4;
        this.high = high & mask(Math.min(bits, HALF));
        this.low = low & mask(Math.max(0, bits - HALF));
        this.bits = bits;
    }

    /** The network of this address alone; empty if there is none. */
    public static Optional<Network> of(ClientNetwork client) {
        switch (client.family()) {
            case IPV4:
                return Optional.of(new Network(true, client.high(), 0, NetworkPrefixes.IPV4_BITS));
            case IPV6:
                return Optional.of(new Network(false, client.high(), client.low(), NetworkPrefixes.IPV6_BITS));
            default:
                return Optional.empty();
        }
    }

    /**
     * A network in CIDR notation, or a single address.
     *
     * @return empty if it is neither
     */
    public static Optional<Network> parse(String cidr) {
        int slash = cidr.indexOf('/');
        String address = slash < 0 ? cidr : cidr.substring(0, slash);
        return of(ClientNetwork.of(Optional.of(address.trim()))).flatMap(host -> {
            String length = slash < 0 ? Integer.toString(host.bits) : cidr.substring(slash + 1).trim();
            if (!length.matches("\\d{1,3}") || Integer.parseInt(length) > host.bits) {
                return Optional.empty();
            }
            return Optional.of(new Network(host.isIpv4, host.high, host.low, Integer.parseInt(length)));
        });
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (HALF - bits);
    }

    public boolean isIpv4() {
        return isIpv4;
    }

    /** The length of its prefix. */
    public int bits() {
        return bits;
    }

    /** The network that this one is in, by the length of prefixes. */
    Network within(NetworkPrefixes prefixes) {
        return prefix(prefixes) >= bits ? this : new Network(isIpv4, high, low, prefix(prefixes));
    }

    /** Whether it is more than one network, by the length of prefixes. */
    boolean isWiderThan(NetworkPrefixes prefixes) {
        return bits < prefix(prefixes);
    }

    private int prefix(NetworkPrefixes prefixes) {
        return isIpv4 ? prefixes.ipv4() : prefixes.ipv6();
    }

    /** Whether all addresses of the other network are in this one. */
    public boolean contains(Network other) {
        return isIpv4 == other.isIpv4 && bits <= other.bits
            && (other.high & mask(Math.min(bits, HALF))) == high && (other.low & mask(Math.max(0, bits - HALF))) == low;
    }

    long high() {
        return high;
    }

    /** Tells IPv4 networks from IPv6 networks, too. */
    long low() {
        return isIpv4 ? 1 : low;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Network && isIpv4 == ((Network) o).isIpv4 && high == ((Network) o).high && low == ((Network) o).low
            && bits == ((Network) o).bits;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(high * 31 + low) + bits;
    }

    /** In CIDR notation. */
    @Override
    public String toString() {
        byte[] octets = isIpv4 ? ByteBuffer.allocate(IPV4_OCTETS).putInt((int) (high >>> Integer.SIZE)).array()
            : ByteBuffer.allocate(IPV6_OCTETS).putLong(high).putLong(low).array();
        try {
            return InetAddress.getByAddress(octets).getHostAddress() + "/" + bits;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("An address has 4 or 16 octets", e);
        }
    }
}
