package org.smtpguard.backend.apppassword;

import org.smtpguard.credential.CredentialResult;

/** The store cannot be read or written. The message is a clause for the operator without secrets. */
final class StoreException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient CredentialResult result;

    /** @param result {@link CredentialResult.Kind#UNAVAILABLE} */
    StoreException(CredentialResult result) {
        super(result.reason());
        this.result = result;
    }

    StoreException(String reason) {
        this(CredentialResult.unavailable(reason));
    }

    CredentialResult result() {
        return result;
    }
}
