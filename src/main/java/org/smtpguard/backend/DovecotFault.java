package org.smtpguard.backend;

/** Why Dovecot has not answered a question. The message is for the operator and holds no secret. */
final class DovecotFault extends Exception {
    private static final long serialVersionUID = 1L;

    DovecotFault(String reason) {
        super(reason, null, false, false);
    }
}
