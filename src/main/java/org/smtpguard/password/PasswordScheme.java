package org.smtpguard.password;

import java.util.Set;

/** One way of storing passwords. Implementations are safe for use by many threads. */
public interface PasswordScheme {
    /** What stands in the braces of {@code {SCHEME}hash}, in upper case. */
    String name();

    /** Other names for the same thing, in upper case; Dovecot and LDAP directories have their own. */
    Set<String> aliases();

    /** Whether a hash without a {@code {SCHEME}} in front looks like one of this scheme. A glance, no check. */
    boolean recognises(String hash);

    /**
     * Reads a stored hash, without its {@code {SCHEME}}. Everything is checked here, so that a hash that was read can
     * be used, and at a bounded cost: a hash must not be a denial of service.
     *
     * @throws MalformedHashException saying what is wrong, without any part of the hash
     */
    PasswordHash read(String hash);

    /**
     * Reads a stored hash that was wrapped in base64 or hexadecimal, as Dovecot's {@code {SCHEME.B64}} and {@code {SCHEME.HEX}} say.
     * What is wrapped is what stands there otherwise, and the octets themselves with schemes that write these in base64 anyway.
     *
     * @throws MalformedHashException as {@link #read(String)}
     */
    default PasswordHash read(byte[] unwrapped) {
        return read(Decode.utf8("the " + name() + " hash", unwrapped));
    }

    /**
     * Makes a hash with a fresh salt, at this scheme's recommended cost.
     *
     * @param password UTF-8 octets; neither kept nor changed
     * @return the text to store, without {@code {SCHEME}}; {@link #read} takes it
     * @throws IllegalArgumentException if the scheme cannot hold such a password
     */
    String hash(byte[] password);

    /** Whether {@link #hash} makes hashes; some schemes are for moving away from alone. */
    default boolean isMade() {
        return true;
    }

    /** How hard its hashes are to guess. Who does not say is as strong as any, and no hash is replaced by mistake. */
    default Strength strength() {
        return Strength.MEMORY_HARD;
    }

    /** The {@link PasswordHash#work()} of a new hash. */
    default long recommendedWork() {
        return 0;
    }
}
