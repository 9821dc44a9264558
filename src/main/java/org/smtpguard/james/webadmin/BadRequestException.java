package org.smtpguard.james.webadmin;

/** A request that cannot be answered: its message says why, and what would do, and repeats nothing of a body. */
public final class BadRequestException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /** @param status of the 4xx: 400, 403, 404, 411, 413, 415 or 429 */
    public BadRequestException(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
