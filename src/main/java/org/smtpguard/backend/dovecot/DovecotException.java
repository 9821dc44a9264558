package org.smtpguard.backend.dovecot;

/** Why Dovecot has not answered a question. The message is for the operator and holds no secret. */
final class DovecotException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean ofService;

    /** One that a request may have provoked: silence, a connection that is lost. */
    DovecotException(String reason) {
        this(reason, false);
    }

    private DovecotException(String reason, boolean ofService) {
        super(reason, null, false, false);
        this.ofService = ofService;
    }

    /** One that no request can provoke. */
    static DovecotException ofService(String reason) {
        return new DovecotException(reason, true);
    }

    boolean isOfService() {
        return ofService;
    }
}
