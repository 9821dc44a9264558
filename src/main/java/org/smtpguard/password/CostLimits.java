package org.smtpguard.password;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The maximum cost of checking one hash. A hash above it is rejected when it is read, so that a hash cannot be used for a denial of
 * service. Immutable.
 */
public final class CostLimits {
    private static final CostLimits STANDARD = new CostLimits(new EnumMap<>(CostLimit.class));

    private final Map<CostLimit, Long> changed;

    private CostLimits(Map<CostLimit, Long> changed) {
        this.changed = changed;
    }

    /** The limited parameters. */
    public enum CostLimit {
        /** Argon2's m, in KiB: the heap that one check uses. */
        ARGON2_MEMORY("argon2Memory", 1L << 20, 1L << 22),
        /** Argon2's t. */
        ARGON2_PASSES("argon2Passes", 64, 1 << 16),
        /** Argon2's p. The library processes lanes sequentially, so it does not make a check faster. */
        ARGON2_LANES("argon2Lanes", 16, 255),
        /** Argon2's m times t, in KiB, which determines the time: the maximum of both would keep a processor busy for minutes. */
        ARGON2_WORK("argon2Work", 4L << 20, 1L << 32),
        /** bcrypt's cost; each step doubles the time. */
        BCRYPT_COST("bcryptCost", 16, 31),
        /** scrypt's 128·N·r, in KiB: the heap that one check uses. */
        SCRYPT_MEMORY("scryptMemory", 1L << 20, 1L << 22),
        /** scrypt's 128·N·r·p, in KiB, which determines the time. */
        SCRYPT_WORK("scryptWork", 4L << 20, 1L << 32),
        /** The iterations of PBKDF2 and of SCRAM keys. */
        PBKDF2_ROUNDS("pbkdf2Rounds", 10_000_000, Integer.MAX_VALUE),
        /** The rounds of SHA256-CRYPT and SHA512-CRYPT. */
        CRYPT_ROUNDS("cryptRounds", 5_000_000, 999_999_999);

        private final String text;
        private final long standard;
        private final long greatest;

        CostLimit(String text, long standard, long greatest) {
            this.text = text;
            this.standard = standard;
            this.greatest = greatest;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** Limits for a server that checks a few passwords concurrently: no check takes much more than ten seconds. */
    public static CostLimits standard() {
        return STANDARD;
    }

    /**
     * The standard with some limits changed: {@code "argon2Memory=65536 bcryptCost=14"}.
     *
     * @throws IllegalArgumentException if the text is invalid; the message is a clause
     */
    public static CostLimits parse(String text) {
        CostLimits limits = STANDARD;
        for (String word : text.trim().split("\\s+")) {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            CostLimit limit = Arrays.stream(CostLimit.values())
                .filter(one -> one.text.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no limit is named \"" + name + "\"; there are "
                    + Arrays.stream(CostLimit.values()).map(CostLimit::toString).collect(Collectors.joining(", "))));
            limits = limits.with(limit, Decode.number(limit.text, equals < 0 ? "" : word.substring(equals + 1)));
        }
        return limits;
    }

    /**
     * The same limits with one changed.
     *
     * @throws IllegalArgumentException if the value is below 1 or above the maximum of the algorithm
     */
    public CostLimits with(CostLimit limit, long value) {
        if (value < 1 || value > limit.greatest) {
            throw new IllegalArgumentException(limit + " can be 1 to " + limit.greatest);
        }
        Map<CostLimit, Long> map = new EnumMap<>(CostLimit.class);
        map.putAll(changed);
        map.put(limit, value);
        return new CostLimits(map);
    }

    /** The maximum value that is accepted. */
    public long of(CostLimit limit) {
        return changed.getOrDefault(limit, limit.standard);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof CostLimits && Arrays.stream(CostLimit.values()).allMatch(limit -> of(limit) == ((CostLimits) o).of(limit));
    }

    @Override
    public int hashCode() {
        return Arrays.stream(CostLimit.values()).map(this::of).collect(Collectors.toList()).hashCode();
    }

    @Override
    public String toString() {
        return Arrays.stream(CostLimit.values()).map(limit -> limit + "=" + of(limit)).collect(Collectors.joining(" "));
    }
}
