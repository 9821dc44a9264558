package org.smtpguard.credential;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Manages the app passwords of a backend: {@link CredentialBackend#appPasswords()}. A stage fails with an {@link InvalidRequestException}
 * if the request cannot be carried out as it is, and otherwise if the store cannot; the messages of both contain no secret.
 *
 * <p>Threads: any; no method blocks.
 */
public interface AppPasswords {
    /** Creates one. The secret is in the result, and nowhere else. */
    CompletionStage<IssuedAppPassword> issue(AppPasswordRequest request);

    /** All that are stored for the user, also those that are revoked or have expired, oldest first. */
    CompletionStage<List<AppPassword>> list(String user);

    /**
     * Revokes one: it is refused from now on, and an open session that it has authenticated ends at its next MAIL.
     *
     * @param by who revokes it
     * @return the revoked one; empty if the user has none with that id. One that was revoked before remains as it is
     */
    CompletionStage<Optional<AppPassword>> revoke(String user, String id, String by);

    /** Revokes all of a user that are not revoked yet, and returns these. */
    CompletionStage<List<AppPassword>> revokeAll(String user, String by);

    /**
     * Creates the store: the file, or the tables of the database.
     *
     * @return what was done, as a clause; if the store exists, it is not changed
     */
    CompletionStage<String> initialise();

    /** The number that can be used now and expire before that time, as of the last check. Returns immediately. */
    long expiringBefore(Instant time);
}
