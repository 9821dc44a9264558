package org.smtpguard.backend.ldap;

import java.util.Optional;

import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Secret;

/** How a directory is asked for a user. Blocks until it has answered, or the deadline has passed. */
interface LdapMethod extends AutoCloseable {
    /**
     * Judges a claim.
     *
     * @param password not empty
     * @throws LdapUnavailableException if the directory did not answer, or not to the question
     */
    CredentialResult judge(LdapUser user, Secret password, LdapDeadline deadline) throws LdapUnavailableException;

    /** What is wrong, if no server is as it should be. Nobody is asked for, and no connection is kept. */
    Optional<String> check(LdapDeadline deadline);

    @Override
    void close();
}
