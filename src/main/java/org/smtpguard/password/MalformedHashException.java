package org.smtpguard.password;

/**
 * A stored hash that cannot be used. The message says what is wrong with it, as a clause that goes on after the place
 * where it stands ("line 3: …"), and never holds any part of the hash. For the same reason it has no cause: the
 * messages of the JDK's decoders quote what they could not read.
 */
public final class MalformedHashException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public MalformedHashException(String clause) {
        super(clause);
    }
}
