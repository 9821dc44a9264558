package org.smtpguard.credential;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * A password to be verified. {@link #toString()} never shows it, so that it cannot reach a log, a reply, a metric or an exception message
 * by accident. Immutable.
 */
public final class Secret {
    /**
     * The maximum length of a password, in octets of UTF-8; longer ones are refused without a check. The cost of crypt(3)'s digests grows
     * with the length. 72 is the largest number for which no scheme takes more than three times as long as for 8 octets, counted in
     * blocks of its digest; it is also the maximum of bcrypt. NIST SP 800-63B-4 §3.1.1.2 requires at least 64 characters.
     */
    public static final int MAX_OCTETS = 72;

    private final byte[] utf8;

    private Secret(byte[] utf8) {
        this.utf8 = utf8;
    }

    /** @param utf8 the octets (RFC 4616 §2 requires UTF-8); the array is copied */
    public static Secret of(byte[] utf8) {
        return new Secret(utf8.clone());
    }

    /** @param text the password */
    public static Secret of(String text) {
        return new Secret(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A copy of the octets, as received. */
    public byte[] bytes() {
        return utf8.clone();
    }

    /**
     * The octets that a stored hash may have been made from, in the order in which to try them: prepared by {@link Saslprep}, and as
     * received, if different. One or two; does not depend on the user.
     */
    public List<byte[]> forms() {
        Optional<byte[]> prepared = Saslprep.password(utf8);
        if (prepared.isEmpty()) {
            // A hash that was made without SASLprep may match nevertheless.
            return List.of(bytes());
        }
        return MessageDigest.isEqual(prepared.get(), utf8) ? List.of(bytes()) : List.of(prepared.get(), bytes());
    }

    /** The octets for a new hash or key: prepared by {@link Saslprep} if possible. */
    public byte[] storedForm() {
        return Saslprep.storedPassword(utf8).orElseGet(this::bytes);
    }

    /**
     * Whether it is longer than {@link #MAX_OCTETS}, as received or prepared by {@link Saslprep}, which can expand 3 octets to 33
     * (U+FDFA). No user can have such a password.
     */
    public boolean isTooLong() {
        return utf8.length > MAX_OCTETS || Saslprep.password(utf8).filter(form -> form.length > MAX_OCTETS).isPresent();
    }

    /** Whether it is empty. No backend is ever queried with an empty password. */
    public boolean isEmpty() {
        return utf8.length == 0;
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
