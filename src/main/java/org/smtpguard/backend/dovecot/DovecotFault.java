package org.smtpguard.backend.dovecot;

/** Why Dovecot has not answered a question. The message is for the operator and holds no secret. */
final class DovecotFault extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean ofService;

    /** One that a request may have provoked: silence, a connection that is lost. */
    DovecotFault(String reason) {
        this(reason, false);
    }

    private DovecotFault(String reason, boolean ofService) {
        super(reason, null, false, false);
        this.ofService = ofService;
    }

    /** One that no request can provoke. */
    static DovecotFault ofService(String reason) {
        return new DovecotFault(reason, true);
    }

    boolean isOfService() {
        return ofService;
    }
}
