package org.smtpguard.resilience;

import org.smtpguard.credential.CredentialResult;

/** What the safeguards have to know of a kind of answer. */
interface Reading<T> {
    /** What the answer says, as a verdict. */
    CredentialResult verdict(T answer);

    /** What is answered where the backend could not be queried, for a reason that says nothing of it. */
    T unavailable(CredentialResult why);

    /** What is answered where the backend itself fails: it was queried in vain, or its circuit is open. */
    default T outage(CredentialResult why) {
        return unavailable(why);
    }

    /** The backend has given a definite answer. */
    default void definite(T answer) {
    }
}
