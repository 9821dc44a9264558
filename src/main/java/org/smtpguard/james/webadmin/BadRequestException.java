package org.smtpguard.james.webadmin;

/** An invalid request. The message gives the reason and the fix, and repeats nothing of the body. */
public final class BadRequestException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /** @param status 400, 403, 404, 409, 411, 413, 415, 429 or 503 */
    public BadRequestException(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
