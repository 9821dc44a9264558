package org.smtpguard.credential;

import java.util.Objects;

/**
 * A claim to be checked: "I am {@code username}, and this is my password" (the authentication identity of
 * RFC 4422 §2, already normalised as James normalises user names).
 */
public final class Credentials {
    private final String username;
    private final Secret password;

    private Credentials(String username, Secret password) {
        this.username = Objects.requireNonNull(username, "username");
        this.password = Objects.requireNonNull(password, "password");
    }

    public static Credentials of(String username, Secret password) {
        return new Credentials(username, password);
    }

    public String username() {
        return username;
    }

    public Secret password() {
        return password;
    }

    @Override
    public String toString() {
        return "Credentials{username=" + username + "}";
    }
}
