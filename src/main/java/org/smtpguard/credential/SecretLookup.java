package org.smtpguard.credential;

import java.util.concurrent.CompletionStage;

/**
 * A backend that can hand out SCRAM keys, and not only judge a password. A mechanism that never sees the password needs
 * one. Threads as for {@link CredentialBackend#verify}.
 */
public interface SecretLookup extends CredentialBackend {
    /**
     * Looks a user's keys up, without blocking the caller.
     *
     * @param username normalised as James normalises user names
     * @param scheme the name of the mechanism that the keys were made for, without {@code -PLUS}: {@code SCRAM-SHA-256}
     * @param origin where the client is
     */
    CompletionStage<KeyResult> lookup(String username, String scheme, Origin origin);

    /**
     * How the keys of a scheme look that are stored here. Asked on a thread that must not wait, also by EHLO: what was found out before.
     * It must follow the users and never the look-ups, which are an attacker's to make.
     *
     * @param scheme as for {@link #lookup}
     */
    default KeyCensus census(String scheme) {
        return KeyCensus.uncounted();
    }

    /**
     * The part of a user name by which users are looked up: two names that give the same user always have the same. An unknown user's
     * salt is made of it.
     */
    default String identity(String username) {
        return username;
    }
}
