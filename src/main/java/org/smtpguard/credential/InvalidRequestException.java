package org.smtpguard.credential;

/** A request that cannot be carried out. The message is a sentence for the requester that names the fix; it contains no secret. */
public final class InvalidRequestException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public InvalidRequestException(String sentence) {
        super(sentence);
    }
}
