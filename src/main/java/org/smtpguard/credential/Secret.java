package org.smtpguard.credential;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * A password on its way to a backend. It has no text form: {@link #toString()} never shows it, so that it cannot
 * reach a log, a reply, a metric or an exception's message by accident.
 */
public final class Secret {
    /**
     * The longest password that is checked, in octets of UTF-8; a longer one is refused like a wrong one, at no cost. The cost of
     * crypt(3)'s digests grows with the length. 72 is the largest number for which no scheme takes more than three times as long as for 8
     * octets, counted in blocks of its digest; it is also all that bcrypt looks at. NIST SP 800-63B-4 §3.1.1.2 has verifiers
     * take at least 64 characters.
     */
    public static final int MAX_OCTETS = 72;

    private final byte[] utf8;

    private Secret(byte[] utf8) {
        this.utf8 = utf8;
    }

    /** A secret of these octets, UTF-8 by RFC 4616 §2; the array is copied. */
    public static Secret of(byte[] utf8) {
        return new Secret(utf8.clone());
    }

    /** A secret of this text. */
    public static Secret of(String text) {
        return new Secret(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A copy of the octets, UTF-8, for the one who compares them. */
    public byte[] bytes() {
        return utf8.clone();
    }

    /**
     * The octets that a stored hash may have been made of, in the order in which to try them: prepared by {@link Saslprep}, then as they
     * came, which are the same for most. At least one and at most two, whoever's password it is.
     */
    public List<byte[]> forms() {
        Optional<byte[]> prepared = Saslprep.password(utf8);
        if (prepared.isEmpty()) {
            // A hash made before, or elsewhere, may be of it all the same.
            return List.of(bytes());
        }
        return MessageDigest.isEqual(prepared.get(), utf8) ? List.of(bytes()) : List.of(prepared.get(), bytes());
    }

    /** The octets that a new hash or key is made of: prepared by {@link Saslprep} where that can be done. */
    public byte[] storedForm() {
        return Saslprep.storedPassword(utf8).orElseGet(this::bytes);
    }

    /**
     * Whether it is longer than {@link #MAX_OCTETS}, as it came or prepared by {@link Saslprep}, which makes 33 octets of three at worst
     * (U+FDFA). No user has such a password.
     */
    public boolean isTooLong() {
        return utf8.length > MAX_OCTETS || Saslprep.password(utf8).filter(form -> form.length > MAX_OCTETS).isPresent();
    }

    /** Whether there is nothing in it. No backend is ever asked about an empty password. */
    public boolean isEmpty() {
        return utf8.length == 0;
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
