package org.smtpguard.sasl;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Origin;

/** Refuses log-ins before a backend is queried, if too many have failed, and counts how they end. For any thread. */
public interface LoginLimit {
    /** Refuses nothing and counts nothing. */
    LoginLimit NONE = new LoginLimit() {
        @Override
        public Optional<CredentialResult> refusal(Optional<String> user, Origin origin) {
            return Optional.empty();
        }

        @Override
        public CompletableFuture<CredentialResult> attempt(String user, Origin origin, Optional<byte[]> password,
                                                           Supplier<CompletableFuture<CredentialResult>> verification) {
            return verification.get();
        }
    };

    /**
     * Why a log-in would be refused now; returns immediately.
     *
     * @param user empty if it is not known yet, and only the client's network decides
     */
    Optional<CredentialResult> refusal(Optional<String> user, Origin origin);

    /**
     * Verifies a log-in, unless it is refused, and counts the result.
     *
     * @param password what the client proves its identity by; empty if it is different each time
     * @param verification called at most once, now or later
     * @return completed with the result of the verification, or with the refusal; to cancel it cancels the verification
     */
    CompletableFuture<CredentialResult> attempt(String user, Origin origin, Optional<byte[]> password,
                                                Supplier<CompletableFuture<CredentialResult>> verification);
}
