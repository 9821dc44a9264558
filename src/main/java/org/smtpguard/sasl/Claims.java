package org.smtpguard.sasl;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Secret;

/** How the mechanisms that send a password check what a client claims; the same for PLAIN and LOGIN. */
public final class Claims {
    /** Asks the backends. A caller that does not care any more cancels the future. */
    public interface Verifier {
        CompletableFuture<CredentialResult> verify(Credentials credentials);
    }

    /** Brings a user name into the form that the server uses for it; empty if it cannot be a user name. */
    public interface Normaliser {
        Optional<String> normalise(String name);
    }

    private final Verifier verifier;
    private final Normaliser normaliser;

    public Claims(Verifier verifier, Normaliser normaliser) {
        this.verifier = verifier;
        this.normaliser = normaliser;
    }

    /**
     * The step for a claim; cancelling its future drops the question. A name that can be nobody's, or an empty password, is
     * refused in the words of a wrong password and no backend is asked: an empty password makes many a directory answer
     * "welcome, anonymous".
     *
     * @param authorization whom the client wants to act as; empty for itself. Looked at after the password only, so
     *     that it tells nothing to someone who does not know it
     */
    CompletionStage<Step> check(Optional<String> authorization, String authentication, Secret password) {
        Optional<String> user = normaliser.normalise(authentication);
        if (user.isEmpty() || password.isEmpty()) {
            return Step.refused(user.orElse(""), CredentialResult.refused()).now();
        }
        CompletableFuture<CredentialResult> verdict = verifier.verify(Credentials.of(user.get(), password));
        CompletableFuture<Step> step = verdict.thenApply(result -> step(authorization, user.get(), result));
        step.whenComplete((done, fault) -> {
            if (step.isCancelled()) {
                verdict.cancel(false);
            }
        });
        return step;
    }

    private Step step(Optional<String> authorization, String user, CredentialResult result) {
        if (!result.isAccepted()) {
            return Step.refused(user, result);
        }
        boolean own = authorization.map(name -> normaliser.normalise(name).filter(normal -> isSame(normal, user, result)).isPresent())
            .orElse(true);
        return own ? Step.success(result.username(), result) : Step.identityRefused(user, result);
    }

    private static boolean isSame(String authorization, String claimed, CredentialResult result) {
        return authorization.equals(claimed) || authorization.equals(result.username());
    }
}
