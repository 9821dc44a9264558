package org.smtpguard.sasl;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.RequestFuture;
import org.smtpguard.credential.Secret;

/** Verifies user name and password, for PLAIN and LOGIN. */
public final class PasswordVerification {
    /** Queries the backends. Cancelling the future abandons the request. */
    public interface Verifier {
        CompletableFuture<CredentialResult> verify(Credentials credentials);
    }

    private final Verifier verifier;
    private final Identities identities;

    public PasswordVerification(Verifier verifier, Identities identities) {
        this.verifier = verifier;
        this.identities = identities;
    }

    /**
     * Verifies credentials. The returned stage is a {@link RequestFuture}. An invalid user name or an empty password is refused like a
     * wrong password without a query: many directories accept an empty password as an anonymous bind.
     *
     * @param origin the origin of the request
     * @param authorization the requested authorization identity; empty for none
     */
    CompletionStage<SaslStep> check(Origin origin, Optional<String> authorization, String authentication, Secret password) {
        Optional<String> user = identities.normalise(authentication);
        if (user.isEmpty() || password.isEmpty()) {
            return SaslStep.refused(user.orElse(""), CredentialResult.refused()).now();
        }
        CompletableFuture<CredentialResult> verdict = verifier.verify(Credentials.of(user.get(), password).from(origin));
        return RequestFuture.of(verdict.thenCompose(result -> step(origin, authorization, user.get(), result)), verdict);
    }

    private CompletionStage<SaslStep> step(Origin origin, Optional<String> authorization, String user, CredentialResult result) {
        return result.isAccepted() ? identities.settle(origin, authorization, user, result)
            : SaslStep.refused(user, result).now();
    }
}
