package org.smtpguard.credential;

/**
 * The users that the server itself keeps, with the passwords by which they read their mail. A backend that asks them has a third
 * parameter of this type in its constructor.
 */
public interface LocalUsers {
    /**
     * Judges a claim, and waits for whatever the users are kept in: for a thread that may wait. A stranger costs what a wrong
     * password costs, as far as the server's own ways can be matched.
     *
     * @param username normalised as James normalises user names
     * @param password not empty
     * @return accepted by the name that the server has for the user, refused or unknown
     * @throws Exception if the users could not be asked
     */
    CredentialResult verify(String username, Secret password) throws Exception;

    /**
     * Looks whether the users can be asked, without meaning any of them; waits, too.
     *
     * @throws Exception if they could not
     */
    void probe() throws Exception;

    /** Where no server runs, as on the command line: there is nobody to ask. */
    static LocalUsers none() {
        return new LocalUsers() {
            @Override
            public CredentialResult verify(String username, Secret password) {
                return CredentialResult.unavailable("no server runs here");
            }

            @Override
            public void probe() {
                throw new IllegalStateException("no server runs here");
            }
        };
    }
}
