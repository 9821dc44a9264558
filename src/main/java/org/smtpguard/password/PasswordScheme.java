package org.smtpguard.password;

import java.util.Set;

/** A scheme of password hashes. Implementations are thread-safe. */
public interface PasswordScheme {
    /** The name in the braces of {@code {SCHEME}hash}, in upper case. */
    String name();

    /** Other names of the scheme in upper case, such as those of Dovecot and LDAP directories. */
    Set<String> aliases();

    /** Whether a hash without {@code {SCHEME}} looks like one of this scheme. The hash need not be valid. */
    boolean recognises(String hash);

    /**
     * Reads a stored hash without its {@code {SCHEME}}. All validation is done here, including the limits on cost.
     *
     * @throws MalformedHashException if the hash is invalid; the message contains no part of it
     */
    PasswordHash read(String hash);

    /**
     * Reads a stored hash that was wrapped in base64 or hexadecimal (Dovecot's {@code {SCHEME.B64}} and {@code {SCHEME.HEX}}). The wrapped
     * octets are the hash as text, or the binary hash in schemes that otherwise write it in base64.
     *
     * @throws MalformedHashException as {@link #read(String)}
     */
    default PasswordHash read(byte[] unwrapped) {
        return read(Decode.utf8("the " + name() + " hash", unwrapped));
    }

    /**
     * Makes a hash with a random salt at the recommended cost.
     *
     * @param password UTF-8 octets; neither stored nor changed
     * @return the text to store, without {@code {SCHEME}}; {@link #read} takes it
     * @throws IllegalArgumentException if the scheme cannot hash this password
     */
    String hash(byte[] password);

    /** Whether {@link #hash} makes hashes; some schemes are only for migration. */
    default boolean isMade() {
        return true;
    }

    /** The resistance of its hashes to guessing. The default is the strongest, so that no hash is replaced by mistake. */
    default Strength strength() {
        return Strength.MEMORY_HARD;
    }

    /** The {@link PasswordHash#work()} of a new hash. */
    default long recommendedWork() {
        return 0;
    }
}
