package org.smtpguard.sasl;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import org.smtpguard.credential.CredentialResult;

/**
 * Who somebody is, once the credentials hold: how names are compared, and who may act as somebody else (the authorization
 * identity of RFC 4422 §2). The same for all mechanisms.
 */
public final class Identities {
    /** Brings a user name into the form that the server uses for it; empty if it cannot be a user name. */
    public interface Normaliser {
        Optional<String> normalise(String name);
    }

    /** Says whether a user may act as another. Both names are normalised, and not the same. May complete on any thread. */
    public interface Delegations {
        CompletionStage<Boolean> mayActAs(String user, String other);
    }

    private final Normaliser normaliser;
    private final Delegations delegations;

    public Identities(Normaliser normaliser, Delegations delegations) {
        this.normaliser = normaliser;
        this.delegations = delegations;
    }

    Optional<String> normalise(String name) {
        return normaliser.normalise(name);
    }

    /**
     * The last step of an exchange whose credentials hold. Asked after the proof only, so that it tells nothing to someone
     * who has none. Who may act as whom is asked of {@link Delegations}; where that fails nobody has said no.
     *
     * @param authorization whom the client wants to act as; empty for itself
     * @param claimed the normalised name that the client authenticated as
     * @param accepted what the backends said, with the user's name as they have it
     */
    CompletionStage<Step> settle(Optional<String> authorization, String claimed, CredentialResult accepted) {
        if (authorization.isEmpty()) {
            return Step.success(accepted.username(), accepted).now();
        }
        Optional<String> other = normalise(authorization.get());
        if (other.isEmpty()) {
            return Step.identityRefused(claimed, accepted).now();
        }
        if (other.get().equals(claimed) || other.get().equals(accepted.username())) {
            return Step.success(accepted.username(), accepted).now();
        }
        return mayActAs(accepted.username(), other.get()).handle((allowed, fault) -> {
            if (fault != null) {
                return Step.refused(claimed, CredentialResult.unavailable("who may act as whom could not be asked: " + name(fault)));
            }
            return allowed ? Step.success(other.get(), accepted) : Step.identityRefused(claimed, accepted);
        });
    }

    private CompletionStage<Boolean> mayActAs(String user, String other) {
        try {
            return delegations.mayActAs(user, other);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static String name(Throwable fault) {
        return (fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault).getClass().getName();
    }
}
