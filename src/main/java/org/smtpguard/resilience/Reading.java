package org.smtpguard.resilience;

import org.smtpguard.credential.CredentialResult;

/** What the safeguards have to know of a kind of answer. */
interface Reading<T> {
    /** What the answer says, as a verdict. */
    CredentialResult verdict(T answer);

    /** What is answered where the backend could not. */
    T unavailable(CredentialResult why);

    /** The backend has given a definite answer. */
    default void definite(T answer) {
    }
}
