package org.smtpguard.sequence;

import java.util.Objects;

/** A recipient of the open transaction that the server refused, and the server's words for it. */
public final class RefusedRecipient {
    private final String recipient;
    private final String reason;

    private RefusedRecipient(String recipient, String reason) {
        this.recipient = recipient;
        this.reason = reason;
    }

    /**
     * @param recipient what the client wrote after {@code RCPT TO:}
     * @param reason the server's reply, code and text
     */
    public static RefusedRecipient of(String recipient, String reason) {
        return new RefusedRecipient(Objects.requireNonNull(recipient, "recipient"), Objects.requireNonNull(reason, "reason"));
    }

    public String recipient() {
        return recipient;
    }

    public String reason() {
        return reason;
    }

    @Override
    public String toString() {
        return recipient + ": " + reason;
    }
}
