package org.smtpguard.credential;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A user name and a password to be verified. The name is the authentication identity (RFC 4422 §2), normalised as James normalises user
 * names. Immutable.
 */
public final class Credentials {
    private static final char NUL = '\0';

    private final String username;
    private final Secret password;
    private final Origin origin;

    private Credentials(String username, Secret password, Origin origin) {
        this.username = Objects.requireNonNull(username, "username");
        this.password = Objects.requireNonNull(password, "password");
        this.origin = Objects.requireNonNull(origin, "origin");
    }

    /** Credentials outside of a session, see {@link Origin#byHand()}. */
    public static Credentials of(String username, Secret password) {
        return new Credentials(username, password, Origin.byHand());
    }

    /** The same credentials with this origin. */
    public Credentials from(Origin origin) {
        return new Credentials(username, password, origin);
    }

    /**
     * Whether a user can have these credentials: neither name nor password is empty or contains NUL (RFC 4616 §2), and the password is not
     * {@linkplain Secret#isTooLong too long}. Other credentials are refused without a query: a directory accepts an empty password as an
     * anonymous bind (RFC 4513 §5.1.2), and a backend written in C reads a string up to NUL.
     */
    public boolean canBeValid() {
        return !username.isEmpty() && username.indexOf(NUL) < 0 && !password.isEmpty() && !password.isTooLong()
            && new String(password.bytes(), StandardCharsets.ISO_8859_1).indexOf(NUL) < 0;
    }

    public String username() {
        return username;
    }

    public Secret password() {
        return password;
    }

    public Origin origin() {
        return origin;
    }

    @Override
    public String toString() {
        return "Credentials{username=" + username + "}";
    }
}
