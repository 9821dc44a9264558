package org.smtpguard.james;

/** A request that cannot be answered: its message says why, and what would do, and repeats nothing of a body. */
final class BadRequest extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /** @param status of the 4xx: 400, 403, 404, 411, 413, 415 or 429 */
    BadRequest(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }
}
