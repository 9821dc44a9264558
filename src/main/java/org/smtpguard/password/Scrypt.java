package org.smtpguard.password;

import static org.smtpguard.password.CostLimits.CostLimit.SCRYPT_MEMORY;
import static org.smtpguard.password.CostLimits.CostLimit.SCRYPT_WORK;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.bouncycastle.crypto.generators.SCrypt;

/**
 * scrypt (RFC 7914) in the two usual formats: {@code $scrypt$ln=…,r=…,p=…$salt$hash}, with salt and hash in base64 without padding
 * (passlib, and new hashes), and {@code $7$…} (crypt(3) and libsodium). New hashes have N=2^15, r=8, p=3, as OWASP recommends.
 */
public final class Scrypt implements PasswordScheme {
    private static final String NAME = "SCRYPT";
    private static final PhcParameters PARAMETERS = new PhcParameters("a scrypt hash", "ln", "r", "p");
    private static final Pattern PHC = Pattern.compile("\\$scrypt\\$([^$]*)\\$([^$]*)\\$([^$]*)");
    private static final Pattern CRYPT =
        Pattern.compile("\\$7\\$([./0-9A-Za-z])([./0-9A-Za-z]{5})([./0-9A-Za-z]{5})([^$:\\p{Cntrl}]*)\\$([./0-9A-Za-z]{43})");

    private final CostLimits limits;
    private final ScryptCost recommended;

    /** scrypt at the recommended cost, or less if the limits require it. */
    public Scrypt(CostLimits limits) {
        this.limits = limits;
        int ln = 15;
        while (ln > 1 && (kib(ln, 8) > limits.of(SCRYPT_MEMORY) || 3 * kib(ln, 8) > limits.of(SCRYPT_WORK))) {
            ln--;
        }
        this.recommended = cost(ln, 8, 3);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Set<String> aliases() {
        return Set.of();
    }

    @Override
    public boolean recognises(String hash) {
        return hash.startsWith("$scrypt$") || hash.startsWith("$7$");
    }

    @Override
    public PasswordHash read(String hash) {
        Matcher phc = PHC.matcher(hash);
        if (phc.matches()) {
            Map<String, Long> parameters = PARAMETERS.read(phc.group(1));
            ScryptCost cost = cost(parameters.get("ln"), parameters.get("r"), parameters.get("p"));
            return read(cost, base64("salt", phc.group(2)), base64("hash", phc.group(3)));
        }
        Matcher crypt = CRYPT.matcher(hash);
        if (crypt.matches()) {
            ScryptCost cost = cost(bits(crypt.group(1)), bits(crypt.group(2)), bits(crypt.group(3)));
            return read(cost, crypt.group(4).getBytes(StandardCharsets.UTF_8), octets(crypt.group(5)));
        }
        throw new MalformedHashException("a scrypt hash is of the form $scrypt$ln=…,r=…,p=…$salt$hash or $7$…");
    }

    private static PasswordHash read(ScryptCost cost, byte[] salt, byte[] tag) {
        Decode.sized("the salt of the scrypt hash", salt, 0, 64);
        Decode.sized("the hash of the scrypt hash", tag, 16, 64);
        return new DerivedHash(NAME, cost.toString(), cost.work(), tag, password -> cost.derive(password, salt, tag.length));
    }

    @Override
    public String hash(byte[] password) {
        byte[] salt = DerivedHash.random(16);
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return "$scrypt$" + recommended + "$" + base64.encodeToString(salt) + "$"
            + base64.encodeToString(recommended.derive(password, salt, 32));
    }

    @Override
    public Strength strength() {
        return Strength.MEMORY_HARD;
    }

    @Override
    public long recommendedWork() {
        return recommended.work();
    }

    private static byte[] base64(String what, String text) {
        return Decode.base64("the " + what + " of the scrypt hash", text);
    }

    private static long bits(String characters) {
        long bits = 0;
        for (int i = 0; i < characters.length(); i++) {
            bits |= (long) CryptDigest.ALPHABET.indexOf(characters.charAt(i)) << (6 * i);
        }
        return bits;
    }

    private static byte[] octets(String characters) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (int start = 0; start < characters.length(); start += 4) {
            String group = characters.substring(start, Math.min(start + 4, characters.length()));
            long bits = bits(group);
            for (int octet = 0; octet < group.length() * 6 / 8; octet++) {
                octets.write((int) (bits >>> (8 * octet)));
            }
        }
        return octets.toByteArray();
    }

    /** 128·N·r octets, in KiB. */
    private static long kib(long ln, long r) {
        return Math.max(1, (r << ln) / 8);
    }

    private ScryptCost cost(long ln, long r, long p) {
        Decode.within("the scrypt parameter ln", ln, 1, 30);
        Decode.within("the scrypt parameter r", r, 1, 1 << 16);
        Decode.within("the scrypt parameter p", p, 1, 1 << 16);
        if (r == 1 && ln >= 16) {
            throw new MalformedHashException("the scrypt hash has r=1 and ln=" + ln + ", which the algorithm does not allow (RFC 7914 §2)");
        }
        if (kib(ln, r) > limits.of(SCRYPT_MEMORY)) {
            throw new MalformedHashException("the scrypt hash needs too much memory to check: 128·N·r is above "
                + limits.of(SCRYPT_MEMORY) + " KiB");
        }
        if (kib(ln, r) * p > limits.of(SCRYPT_WORK)) {
            throw new MalformedHashException("the scrypt hash costs too much to check: 128·N·r·p is above " + limits.of(SCRYPT_WORK)
                + " KiB");
        }
        return new ScryptCost((int) ln, (int) r, (int) p);
    }

    private static final class ScryptCost {
        private final int ln;
        private final int r;
        private final int p;

        ScryptCost(int ln, int r, int p) {
            this.ln = ln;
            this.r = r;
            this.p = p;
        }

        byte[] derive(byte[] password, byte[] salt, int octets) {
            return SCrypt.generate(password, salt, 1 << ln, r, p, octets);
        }

        long work() {
            return kib(ln, r) * p;
        }

        @Override
        public String toString() {
            return "ln=" + ln + ",r=" + r + ",p=" + p;
        }
    }
}
