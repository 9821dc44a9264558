package org.smtpguard.resilience;

import java.util.Optional;

import org.smtpguard.credential.CredentialResult;

/** Interprets the answers of one kind of request for the safeguards. */
interface Reading<T> {
    /** The verdict of an answer. */
    CredentialResult verdict(T answer);

    /** The verdict on the log-in; empty if this answer is none: keys, against which a proof is checked later, or a challenge. */
    Optional<CredentialResult> decision(T answer);

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
