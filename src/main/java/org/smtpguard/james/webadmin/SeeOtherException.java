package org.smtpguard.james.webadmin;

/** What was requested is at another address (RFC 9110 §15.4.4). */
final class SeeOtherException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String location;

    /** @param location a path with its query */
    SeeOtherException(String location) {
        super(location, null, false, false);
        this.location = location;
    }

    String location() {
        return location;
    }
}
