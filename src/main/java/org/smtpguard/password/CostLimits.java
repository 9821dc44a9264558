package org.smtpguard.password;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the check of one hash may cost at most. A hash beyond it is refused when it is read, not when somebody logs in:
 * a hash must not be a denial of service. Immutable.
 */
public final class CostLimits {
    private static final CostLimits STANDARD = new CostLimits(new EnumMap<>(CostLimit.class));

    private final Map<CostLimit, Long> changed;

    private CostLimits(Map<CostLimit, Long> changed) {
        this.changed = changed;
    }

    /** One thing that is limited. */
    public enum CostLimit {
        /** Argon2's m, in KiB: heap that one check takes. */
        ARGON2_MEMORY("argon2Memory", 1L << 20, 1L << 22),
        /** Argon2's t. */
        ARGON2_PASSES("argon2Passes", 64, 1 << 16),
        /** Argon2's p. The library works on one lane after the other, so it does not shorten a check. */
        ARGON2_LANES("argon2Lanes", 16, 255),
        /** Argon2's m times t, in KiB, which is what a check takes: the greatest of both would keep a processor busy for minutes. */
        ARGON2_WORK("argon2Work", 4L << 20, 1L << 32),
        /** bcrypt's cost; each step doubles the time. */
        BCRYPT_COST("bcryptCost", 16, 31),
        /** scrypt's 128·N·r, in KiB: heap that one check takes. */
        SCRYPT_MEMORY("scryptMemory", 1L << 20, 1L << 22),
        /** scrypt's 128·N·r·p, in KiB, which is what a check takes. */
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

    /** What fits a server that checks a few passwords at a time: no check takes much more than ten seconds. */
    public static CostLimits standard() {
        return STANDARD;
    }

    /**
     * The standard with some limits changed: {@code "argon2Memory=65536 bcryptCost=14"}.
     *
     * @throws IllegalArgumentException saying what is wrong, as a clause
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
     * The same limits but for one.
     *
     * @throws IllegalArgumentException if it is below one or beyond what the algorithm can do at all
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

    /** The greatest value that is taken. */
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
