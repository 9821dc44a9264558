package org.smtpguard.credential;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The address of a client, equal to those of its network: an IPv4 address (/32), or an IPv6 /64, which usually belongs to one customer
 * (RFC 6177 §2). IPv4-mapped IPv6 addresses ({@code ::ffff:192.0.2.1}, RFC 4291 §2.5.5.2) are IPv4 addresses. Requests without an address
 * have the network {@link #NONE}. Immutable.
 */
public final class ClientNetwork {
    /** The network of requests without a client address, or with an invalid one. */
    public static final ClientNetwork NONE = new ClientNetwork(Family.NONE, 0, 0);

    private static final int IPV4_OCTETS = 4;
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 64;
    private static final Pattern IPV4 = Pattern.compile("(?:\\d{1,3}\\.){3}\\d{1,3}");
    private static final Pattern IPV6 = Pattern.compile("(?=.*:)[0-9a-fA-F:][0-9a-fA-F:.]*");

    /** The kind of an address. */
    public enum Family {
        NONE, IPV4, IPV6
    }

    private final Family family;
    private final long high;
    private final long low;

    private ClientNetwork(Family family, long high, long low) {
        this.family = family;
        this.high = high;
        this.low = low;
    }

    /** @param address an IP address as text, with or without a zone ({@code fe80::1%eth0}); names are not looked up */
    public static ClientNetwork of(Optional<String> address) {
        return address.map(ClientNetwork::of).orElse(NONE);
    }

    private static ClientNetwork of(String address) {
        int zone = address.indexOf('%');
        String literal = zone < 0 ? address : address.substring(0, zone);
        // Anything else would cause a DNS look-up.
        if (!IPV4.matcher(literal).matches() && !IPV6.matcher(literal).matches()) {
            return NONE;
        }
        try {
            ByteBuffer octets = ByteBuffer.wrap(InetAddress.getByName(literal).getAddress());
            return octets.remaining() == IPV4_OCTETS ? new ClientNetwork(Family.IPV4, ((long) octets.getInt()) << IPV4_BITS, 0)
                : new ClientNetwork(Family.IPV6, octets.getLong(), octets.getLong());
        } catch (UnknownHostException e) {
            return NONE;
        }
    }

    public Family family() {
        return family;
    }

    /** The first 64 bits of the address; the 32 bits of an IPv4 address are the upper half. */
    public long high() {
        return high;
    }

    /** The last 64 bits of the address, which do not belong to the network. */
    public long low() {
        return low;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof ClientNetwork && family == ((ClientNetwork) o).family && high == ((ClientNetwork) o).high;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(high) + family.hashCode();
    }

    /** In CIDR notation. */
    @Override
    public String toString() {
        try {
            if (family == Family.NONE) {
                return "none";
            }
            byte[] octets = family == Family.IPV4 ? ByteBuffer.allocate(IPV4_OCTETS).putInt((int) (high >>> IPV4_BITS)).array()
                : ByteBuffer.allocate(2 * Long.BYTES).putLong(high).array();
            return InetAddress.getByAddress(octets).getHostAddress() + "/" + (family == Family.IPV4 ? IPV4_BITS : IPV6_BITS);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("Not 4 or 16 octets", e);
        }
    }
}
