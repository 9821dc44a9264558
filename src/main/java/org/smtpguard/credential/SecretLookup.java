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
     */
    CompletionStage<KeyResult> lookup(String username, String scheme);
}
