package org.smtpguard.resilience;

import org.smtpguard.credential.CredentialResult;

/** Interprets the answers of one kind of request for the safeguards. */
interface Reading<T> {
    /** The verdict of an answer. */
    CredentialResult verdict(T answer);

    /** The answer if the backend was not queried, for a reason that says nothing about its state. */
    T unavailable(CredentialResult why);

    /** The answer if the backend failed, or its circuit is open. */
    default T outage(CredentialResult why) {
        return unavailable(why);
    }

    /** Called when the backend has given a definite answer. */
    default void definite(T answer) {
    }
}
