package org.smtpguard.credential;

import java.util.Objects;

/**
 * A claim to be checked: "I am {@code username}, and this is my password" (the authentication identity of
 * RFC 4422 §2, already normalised as James normalises user names).
 */
public final class Credentials {
    private final String username;
    private final Secret password;
    private final Origin origin;

    private Credentials(String username, Secret password, Origin origin) {
        this.username = Objects.requireNonNull(username, "username");
        this.password = Objects.requireNonNull(password, "password");
        this.origin = Objects.requireNonNull(origin, "origin");
    }

    /** A claim made by hand, outside of any session. */
    public static Credentials of(String username, Secret password) {
        return new Credentials(username, password, Origin.byHand());
    }

    /** The same claim, made there. */
    public Credentials from(Origin origin) {
        return new Credentials(username, password, origin);
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
