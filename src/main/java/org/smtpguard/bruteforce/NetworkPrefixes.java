package org.smtpguard.bruteforce;

/** How many bits of an address make a network. Immutable. */
public final class NetworkPrefixes {
    static final int IPV4_BITS = 32;
    static final int IPV6_BITS = 128;

    private final int ipv4;
    private final int ipv6;

    /**
     * @param ipv4 1 to 32
     * @param ipv6 1 to 128
     * @throws IllegalArgumentException if one is out of range
     */
    public NetworkPrefixes(int ipv4, int ipv6) {
        if (ipv4 < 1 || ipv4 > IPV4_BITS || ipv6 < 1 || ipv6 > IPV6_BITS) {
            throw new IllegalArgumentException("an IPv4 prefix has 1 to 32 bits, an IPv6 prefix 1 to 128");
        }
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
    }

    int ipv4() {
        return ipv4;
    }

    int ipv6() {
        return ipv6;
    }
}
