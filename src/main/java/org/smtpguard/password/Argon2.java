package org.smtpguard.password;

import static org.smtpguard.password.CostLimits.CostLimit.ARGON2_LANES;
import static org.smtpguard.password.CostLimits.CostLimit.ARGON2_MEMORY;
import static org.smtpguard.password.CostLimits.CostLimit.ARGON2_PASSES;
import static org.smtpguard.password.CostLimits.CostLimit.ARGON2_WORK;

import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Argon2id, Argon2i or Argon2d, version 1.3 (RFC 9106), as PHC strings: {@code $argon2id$v=19$m=…,t=…,p=…$salt$hash}, salt
 * and hash in base64 without padding. New hashes have m=19456 (KiB), t=2, p=1, as OWASP recommends.
 *
 * <p>Accepts m from 8·p up to the limits, salts of 8 to 64 octets, and hashes of 16 to 64 octets. The library processes lanes
 * sequentially, so p does not make a check faster.
 */
public final class Argon2 implements PasswordScheme {
    private static final int NEW_SALT_OCTETS = 16;
    private static final int NEW_TAG_OCTETS = 32;

    private final String label;
    private final String prefix;
    private final int type;
    private final CostLimits limits;
    private final PhcParameters parameters;
    private final Argon2Cost recommended;

    private Argon2(String label, int type, CostLimits limits, long memoryKib, long passes, long lanes) {
        this.label = label;
        this.prefix = "$" + label.toLowerCase(Locale.ROOT) + "$";
        this.type = type;
        this.limits = limits;
        this.parameters = new PhcParameters("an " + label + " hash", "m", "t", "p");
        this.recommended = cost(memoryKib, passes, lanes);
    }

    /** Argon2id at the recommended cost, or less if the limits require it: the recommended scheme. */
    public static Argon2 id(CostLimits limits) {
        return recommended("Argon2id", Argon2Parameters.ARGON2_id, limits);
    }

    /**
     * Argon2id with a custom cost for new hashes.
     *
     * @param memoryKib m, in KiB, at least 8·p
     * @param passes t
     * @param lanes p
     * @throws IllegalArgumentException if a parameter is not within the standard limits
     */
    public static Argon2 id(int memoryKib, int passes, int lanes) {
        return new Argon2("Argon2id", Argon2Parameters.ARGON2_id, CostLimits.standard(), memoryKib, passes, lanes);
    }

    /** Argon2i, the old default of many tools. */
    public static Argon2 i(CostLimits limits) {
        return recommended("Argon2i", Argon2Parameters.ARGON2_i, limits);
    }

    /** Argon2d, which is not intended for passwords, but sometimes used for them. */
    public static Argon2 d(CostLimits limits) {
        return recommended("Argon2d", Argon2Parameters.ARGON2_d, limits);
    }

    private static Argon2 recommended(String label, int type, CostLimits limits) {
        long passes = Math.min(2, limits.of(ARGON2_PASSES));
        long memoryKib = Math.min(19456, Math.min(limits.of(ARGON2_MEMORY), limits.of(ARGON2_WORK) / passes));
        return new Argon2(label, type, limits, memoryKib, passes, 1);
    }

    @Override
    public String name() {
        return label.toUpperCase(Locale.ROOT);
    }

    @Override
    public Set<String> aliases() {
        return Set.of();
    }

    @Override
    public boolean recognises(String hash) {
        return hash.startsWith(prefix);
    }

    @Override
    public PasswordHash read(String hash) {
        if (!recognises(hash)) {
            throw new MalformedHashException("an " + label + " hash begins with " + prefix);
        }
        String[] fields = hash.substring(prefix.length()).split("\\$", -1);
        if (!fields[0].equals("v=19")) {
            throw new MalformedHashException("the " + label + " hash is not of version 1.3 (v=19); a hash without a version is of 1.0;"
                + " make a new one");
        }
        if (fields.length != 4) {
            throw new MalformedHashException("an " + label + " hash has four fields after its name: v=19, m=…,t=…,p=…, salt, hash");
        }
        Argon2Cost cost = cost(fields[1]);
        byte[] salt = octets("salt", fields[2], 8);
        byte[] tag = octets("hash", fields[3], 16);
        return new DerivedHash(name(), cost.toString(), cost.work(), tag, password -> derive(cost, salt, password, tag.length));
    }

    @Override
    public String hash(byte[] password) {
        byte[] salt = DerivedHash.random(NEW_SALT_OCTETS);
        byte[] tag = derive(recommended, salt, password, NEW_TAG_OCTETS);
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return prefix + "v=19$" + recommended + "$" + base64.encodeToString(salt) + "$" + base64.encodeToString(tag);
    }

    @Override
    public Strength strength() {
        return Strength.MEMORY_HARD;
    }

    @Override
    public long recommendedWork() {
        return recommended.work();
    }

    private Argon2Cost cost(String field) {
        Map<String, Long> values = parameters.read(field);
        return cost(values.get("m"), values.get("t"), values.get("p"));
    }

    private Argon2Cost cost(long memoryKib, long passes, long lanes) {
        within("p", lanes, 1, ARGON2_LANES);
        within("t", passes, 1, ARGON2_PASSES);
        within("m", memoryKib, 8 * lanes, ARGON2_MEMORY);
        if (memoryKib * passes > limits.of(ARGON2_WORK)) {
            throw new MalformedHashException("the " + label + " hash costs too much to check: m times t is above "
                + limits.of(ARGON2_WORK) + " KiB");
        }
        return new Argon2Cost((int) memoryKib, (int) passes, (int) lanes);
    }

    private void within(String name, long value, long min, CostLimits.CostLimit max) {
        Decode.within("the " + label + " parameter " + name, value, min, limits.of(max));
    }

    private byte[] octets(String what, String base64, int min) {
        String part = "the " + what + " of the " + label + " hash";
        if (base64.endsWith("=")) {
            throw new MalformedHashException(part + " is not base64 without padding");
        }
        return Decode.sized(part, Decode.base64(part, base64), min, 64);
    }

    private byte[] derive(Argon2Cost cost, byte[] salt, byte[] password, int octets) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(type)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(cost.memoryKib)
            .withIterations(cost.passes)
            .withParallelism(cost.lanes)
            .withSalt(salt)
            .build());
        byte[] tag = new byte[octets];
        generator.generateBytes(password, tag);
        return tag;
    }

    private static final class Argon2Cost {
        private final int memoryKib;
        private final int passes;
        private final int lanes;

        Argon2Cost(int memoryKib, int passes, int lanes) {
            this.memoryKib = memoryKib;
            this.passes = passes;
            this.lanes = lanes;
        }

        /** The cost for an attacker: memory times passes. */
        long work() {
            return (long) memoryKib * passes;
        }

        @Override
        public String toString() {
            return "m=" + memoryKib + ",t=" + passes + ",p=" + lanes;
        }
    }
}
