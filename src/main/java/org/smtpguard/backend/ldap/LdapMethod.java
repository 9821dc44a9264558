package org.smtpguard.backend.ldap;

import java.util.Optional;

import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Secret;

/** How a directory is queried for a user. Blocks until it has answered, or the deadline has passed. */
interface LdapMethod extends AutoCloseable {
    /**
     * Verifies a password.
     *
     * @param password not empty
     * @throws LdapUnavailableException if the directory did not answer, or could not tell
     */
    CredentialResult judge(LdapUser user, Secret password, LdapDeadline deadline) throws LdapUnavailableException;

    /** What is wrong, see {@link LdapServers#check}. No user is queried, and no connection is kept. */
    Optional<String> check(LdapDeadline deadline);

    @Override
    void close();
}
