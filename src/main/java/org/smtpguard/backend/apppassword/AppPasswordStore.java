package org.smtpguard.backend.apppassword;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

import org.smtpguard.credential.AppPassword;
import org.smtpguard.credential.AppPasswordUse;
import org.smtpguard.credential.KeyShape;

/**
 * Where app passwords are stored. Several processes may use one store: each sees at once what another has written.
 *
 * <p>Threads: any. Methods that throw {@link StoreException} may block, so they are called on workers.
 */
interface AppPasswordStore extends AutoCloseable {
    /** The maximum number of app passwords of one user that can be used, and of those that are kept after that. */
    int PER_USER = 100;

    /** The one whose secret has this hash, revoked or not. */
    Optional<StoredAppPassword> find(String hash) throws StoreException;

    /** All of a user, also those that cannot be used any more, oldest first. */
    List<StoredAppPassword> of(String user) throws StoreException;

    /**
     * Adds one, and removes the oldest of the user that cannot be used any more if there are more than {@link #PER_USER}.
     *
     * @throws org.smtpguard.credential.InvalidRequestException if the user has too many that can be used
     */
    void add(StoredAppPassword added) throws StoreException;

    /** Revokes those of a user that are meant and not revoked yet. Returns all that are meant, as they are now. */
    List<AppPassword> revoke(String user, Predicate<AppPassword> meant, Instant when, String by) throws StoreException;

    /** The user's salt; empty if there is none. */
    Optional<UserSalt> salt(String user) throws StoreException;

    /** The user's salt, which is the proposed one if there was none. */
    UserSalt salt(String user, UserSalt proposed) throws StoreException;

    /** Notes a log-in, to be written later, at most once a minute for each. Returns immediately; never throws. */
    void use(StoredAppPassword used, AppPasswordUse use);

    /** Those that are not revoked and expire in that time. */
    List<AppPassword> expiring(Instant from, Instant to) throws StoreException;

    /** The shapes of the SCRAM keys, with the number of users of each. */
    Map<KeyShape, Long> shapes() throws StoreException;

    /** What in the store cannot be used, so that a secret that is not found may be there; empty if nothing. Returns immediately. */
    Optional<String> mistake();

    /** Why the last log-ins could not be written; empty if they were. Returns immediately. */
    Optional<String> problem();

    /** Creates what is missing. @return what was done, as a clause */
    String initialise() throws StoreException;

    /** Writes what is still to be written, as far as possible. */
    @Override
    void close();

    /** Where it is, for the operator: the file, or {@code host:port} of the database. */
    String address();
}
