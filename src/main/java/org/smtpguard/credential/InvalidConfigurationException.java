package org.smtpguard.credential;

/**
 * An error in the configuration. James does not start, and the message is all that the operator sees: it names the element and the fix in
 * one sentence.
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
