package org.smtpguard.credential;

/**
 * A mistake in the operator's configuration. The message is one sentence that names the element and the mend; it stops
 * the start of the server and is all that the operator gets to read, so it has to be enough.
 */
public final class InvalidConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidConfigurationException(String sentence) {
        super(sentence);
    }

    public InvalidConfigurationException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
