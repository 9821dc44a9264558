package org.smtpguard.sasl;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.RequestFuture;
import org.smtpguard.credential.Secret;

/** How the mechanisms that send a password check what a client claims; the same for PLAIN and LOGIN. */
public final class PasswordVerification {
    /** Asks the backends. A caller that does not care any more cancels the future. */
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
     * The step for a claim; its future is a {@link RequestFuture}. A name that can be nobody's, or an empty password, is
     * refused in the words of a wrong password and no backend is asked: an empty password makes many a directory answer
     * "welcome, anonymous".
     *
     * @param origin where the claim comes from
     * @param authorization whom the client wants to act as; empty for itself
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
