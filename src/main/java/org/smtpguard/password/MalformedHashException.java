package org.smtpguard.password;

/**
 * A stored hash that cannot be used. The message is a clause that follows the place of the hash ("line 3: …"), and never contains any part
 * of the hash. For the same reason there is no cause: the messages of the JDK's decoders quote their input.
 */
public final class MalformedHashException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public MalformedHashException(String clause) {
        super(clause);
    }
}
