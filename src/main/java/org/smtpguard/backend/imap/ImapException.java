package org.smtpguard.backend.imap;

import java.io.IOException;

/**
 * An IMAP server says or does what no log-in can be made of. The message is for the operator, with the server for a subject ("it …"),
 * and holds nothing that the server has said: that may be what it was told.
 */
final class ImapException extends IOException {
    private static final long serialVersionUID = 1L;

    ImapException(String what) {
        super(what);
    }
}
