package org.smtpguard.backend.imap;

import java.io.IOException;

/**
 * An IMAP server cannot be used for a log-in. The message is for the operator, has the server as its subject ("it …"), and
 * contains nothing that the server has sent: that might be an echo of the credentials.
 */
final class ImapException extends IOException {
    private static final long serialVersionUID = 1L;

    ImapException(String what) {
        super(what);
    }
}
