package org.smtpguard.backend.support;

import static org.assertj.core.api.Assertions.assertThat;

import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;

/** What a reply that is no verdict is about ({@code docs/reliability.md}). */
public enum Subject {
    /** The service: counts towards the circuit breaker. */
    SERVICE,
    /** The service, or this one log-in: counts where there is no other sign of life. */
    PERHAPS,
    /** One user: never counts. */
    USER,
    /** Our own queues: never counts. */
    NONE;

    public static Subject of(CredentialResult result) {
        assertThat(result.kind()).isEqualTo(Kind.UNAVAILABLE);
        if (!result.wasQueried()) {
            return NONE;
        }
        if (result.isForThisUser()) {
            return USER;
        }
        return result.isPerhapsForThisUser() ? PERHAPS : SERVICE;
    }
}
