package org.smtpguard.credential;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A claim to be checked: "I am {@code username}, and this is my password" (the authentication identity of
 * RFC 4422 §2, already normalised as James normalises user names).
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

    /** A claim made by hand, outside of any session. */
    public static Credentials of(String username, Secret password) {
        return new Credentials(username, password, Origin.byHand());
    }

    /** The same claim, made there. */
    public Credentials from(Origin origin) {
        return new Credentials(username, password, origin);
    }

    /**
     * Whether a user can have such a name and password: neither is empty or contains NUL (RFC 4616 §2), and the password is not
     * {@linkplain Secret#isTooLong too long}. Where not, the log-in is refused
     * and no backend queried: a directory takes an empty password for an anonymous bind and accepts it (RFC 4513 §5.1.2), and a backend
     * written in C sees a text end at NUL.
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
