package org.smtpguard.credential;

/**
 * The users of James itself, with their mailbox passwords. A backend that uses them has a third constructor parameter of this type.
 */
public interface LocalUsers {
    /**
     * Verifies credentials. Blocks until the user store answers. An unknown user takes as long as a wrong password, as far as the
     * implementation of the store allows.
     *
     * @param username normalised as James normalises user names
     * @param password not empty
     * @return accepted with the user's name in James, refused or unknown
     * @throws Exception if the user store fails
     */
    CredentialResult verify(String username, Secret password) throws Exception;

    /**
     * Checks that the user store can be queried. Blocks.
     *
     * @throws Exception if the user store fails
     */
    void probe() throws Exception;

    /** For use without a server, as on the command line: always unavailable. */
    static LocalUsers none() {
        return new LocalUsers() {
            @Override
            public CredentialResult verify(String username, Secret password) {
                return CredentialResult.unavailable("no server is running");
            }

            @Override
            public void probe() {
                throw new IllegalStateException("no server is running");
            }
        };
    }
}
