package org.smtpguard.credential;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The network of a client: an IPv4 address (/32), or an IPv6 /64, which usually belongs to one customer (RFC 6177 §2). IPv4-mapped IPv6
 * addresses ({@code ::ffff:192.0.2.1}, RFC 4291 §2.5.5.2) are IPv4 addresses. Requests without an address have the network
 * {@link #NONE}. Immutable.
 */
public final class ClientNetwork {
    /** The network of requests without a client address, or with an invalid one. */
    public static final ClientNetwork NONE = new ClientNetwork(new byte[0]);

    private static final int IPV6_PREFIX_OCTETS = 8;
    private static final Pattern IPV4 = Pattern.compile("(?:\\d{1,3}\\.){3}\\d{1,3}");

    private final byte[] prefix;

    private ClientNetwork(byte[] prefix) {
        this.prefix = prefix;
    }

    /** @param address an IP address as text, with or without a zone ({@code fe80::1%eth0}); names are not looked up */
    public static ClientNetwork of(Optional<String> address) {
        return address.map(ClientNetwork::of).orElse(NONE);
    }

    private static ClientNetwork of(String address) {
        int zone = address.indexOf('%');
        String literal = zone < 0 ? address : address.substring(0, zone);
        // Anything else would cause a DNS look-up.
        if (literal.indexOf(':') < 0 && !IPV4.matcher(literal).matches()) {
            return NONE;
        }
        try {
            InetAddress parsed = InetAddress.getByName(literal);
            byte[] octets = parsed.getAddress();
            return new ClientNetwork(parsed instanceof Inet4Address ? octets : Arrays.copyOf(octets, IPV6_PREFIX_OCTETS));
        } catch (UnknownHostException e) {
            return NONE;
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof ClientNetwork && MessageDigest.isEqual(prefix, ((ClientNetwork) o).prefix);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(prefix);
    }

    /** In CIDR notation. */
    @Override
    public String toString() {
        try {
            if (prefix.length == 0) {
                return "none";
            }
            boolean isIpv6 = prefix.length == IPV6_PREFIX_OCTETS;
            String address = InetAddress.getByAddress(isIpv6 ? Arrays.copyOf(prefix, 2 * IPV6_PREFIX_OCTETS) : prefix).getHostAddress();
            return address + "/" + 8 * prefix.length;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("Not 4 or 16 octets", e);
        }
    }
}
