package org.smtpguard.page;

/** Formats sizes. */
final class Sizes {
    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;

    private Sizes() {
    }

    /** In MiB, KiB or octets, whichever gives a whole number or is at least 10. */
    static String of(long octets) {
        if (octets >= 10 * MIB || (octets >= MIB && octets % MIB == 0)) {
            return Math.round((double) octets / MIB) + " MiB";
        }
        return octets >= KIB ? Math.round((double) octets / KIB) + " KiB" : octets + " octets";
    }
}
