package org.smtpguard.backend.dovecot;

/** Dovecot has not answered a request. The message is for the operator and contains no secret. */
final class DovecotException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean ofService;

    /** A failure that a request may have caused, such as silence or a lost connection. */
    DovecotException(String reason) {
        this(reason, false);
    }

    private DovecotException(String reason, boolean ofService) {
        super(reason, null, false, false);
        this.ofService = ofService;
    }

    /** A failure that no request can cause. */
    static DovecotException ofService(String reason) {
        return new DovecotException(reason, true);
    }

    boolean isOfService() {
        return ofService;
    }
}
