package org.smtpguard.sequence;

/** A recipient of the open transaction that the server refused, and the server's words for it. */
public final class RefusedRecipient {
    /** More than a reply shows of either, in characters: what is kept of a client's words is not the client's to decide. */
    private static final int LONGEST = 512;

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
        return new RefusedRecipient(cut(recipient), cut(reason));
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), LONGEST));
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
