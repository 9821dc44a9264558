package org.smtpguard.sequence;

/** A recipient of the open transaction that the server refused, and the server's reply. Immutable. */
public final class RefusedRecipient {
    /** The maximum that is kept of each text, in characters: more than a reply shows, and independent of what the client sends. */
    private static final int MAX_LENGTH = 512;

    private final String recipient;
    private final String reason;

    private RefusedRecipient(String recipient, String reason) {
        this.recipient = recipient;
        this.reason = reason;
    }

    /**
     * @param recipient the text after {@code RCPT TO:}
     * @param reason the server's reply: code and text
     */
    public static RefusedRecipient of(String recipient, String reason) {
        return new RefusedRecipient(cut(recipient), cut(reason));
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), MAX_LENGTH));
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
