package org.smtpguard.bruteforce;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A network of client addresses: the first bits of an IPv4 or IPv6 address. An IPv4 address in IPv6 form ({@code ::ffff:192.0.2.1},
 * RFC 4291 §2.5.5.2) is an IPv4 address. Immutable.
 */
public final class Network {
    private static final Pattern IPV4 = Pattern.compile("(?:\\d{1,3}\\.){3}\\d{1,3}");
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

    /**
     * The network of an address.
     *
     * @param address an IP address as text, with or without a zone ({@code fe80::1%eth0}); names are not looked up
     * @return empty if it is no address
     */
    public static Optional<Network> of(String address, NetworkPrefixes prefixes) {
        return octets(address).map(octets -> octets.length == IPV4_OCTETS ? ipv4(octets, prefixes.ipv4()) : ipv6(octets, prefixes.ipv6()));
    }

    /**
     * A network in CIDR notation, or a single address.
     *
     * @return empty if it is neither
     */
    public static Optional<Network> parse(String cidr) {
        int slash = cidr.indexOf('/');
        String address = slash < 0 ? cidr : cidr.substring(0, slash);
        return octets(address.trim()).flatMap(octets -> {
            int most = octets.length * Byte.SIZE;
            String length = slash < 0 ? Integer.toString(most) : cidr.substring(slash + 1).trim();
            if (!length.matches("\\d{1,3}") || Integer.parseInt(length) > most) {
                return Optional.empty();
            }
            int bits = Integer.parseInt(length);
            return Optional.of(octets.length == IPV4_OCTETS ? ipv4(octets, bits) : ipv6(octets, bits));
        });
    }

    private static Network ipv4(byte[] octets, int bits) {
        return new Network(true, Integer.toUnsignedLong(ByteBuffer.wrap(octets).getInt()) << Integer.SIZE, 0, bits);
    }

    private static Network ipv6(byte[] octets, int bits) {
        ByteBuffer address = ByteBuffer.wrap(octets);
        return new Network(false, address.getLong(), address.getLong(), bits);
    }

    private static Optional<byte[]> octets(String address) {
        int zone = address.indexOf('%');
        String literal = zone < 0 ? address : address.substring(0, zone);
        // Anything else would be looked up as a name.
        if (literal.indexOf(':') < 0 && !IPV4.matcher(literal).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(literal).getAddress());
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (HALF - bits);
    }

    /** The network that this one is in, by the length of prefixes. */
    Network within(NetworkPrefixes prefixes) {
        int prefix = isIpv4 ? prefixes.ipv4() : prefixes.ipv6();
        return prefix >= bits ? this : new Network(isIpv4, high, low, prefix);
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
