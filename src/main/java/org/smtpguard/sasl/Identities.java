package org.smtpguard.sasl;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Origin;

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
        CompletionStage<Boolean> mayActAs(String user, String other, Origin origin);
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
     * who has none. Who may act as whom is asked of {@link Delegations}; where that fails nobody has said no. Nor has anybody where
     * a backend has a name for the user that the server takes for nobody's.
     *
     * @param origin where the client is, in whose turn others are asked
     * @param authorization whom the client wants to act as; empty for itself
     * @param claimed the normalised name that the client authenticated as
     * @param accepted what the backends said, with the user's name as they have it
     */
    CompletionStage<SaslStep> settle(Origin origin, Optional<String> authorization, String claimed, CredentialResult accepted) {
        Optional<String> user = normalise(accepted.username());
        return user.isPresent()
            ? settle(origin, authorization, claimed, user.get(), as(CredentialResult.accepted(user.get()), accepted))
            : SaslStep.refused(claimed, as(CredentialResult.unavailable("it accepted by a name that no user can have here"),
                accepted)).now();
    }

    private static CredentialResult as(CredentialResult result, CredentialResult of) {
        return of.backend().map(result::by).orElse(result);
    }

    private CompletionStage<SaslStep> settle(Origin origin, Optional<String> authorization, String claimed, String user,
                                         CredentialResult accepted) {
        if (authorization.isEmpty()) {
            return SaslStep.success(user, accepted).now();
        }
        Optional<String> other = normalise(authorization.get());
        if (other.isEmpty()) {
            return SaslStep.identityRefused(claimed, accepted).now();
        }
        if (other.get().equals(claimed) || other.get().equals(user)) {
            return SaslStep.success(user, accepted).now();
        }
        return mayActAs(user, other.get(), origin).handle((allowed, fault) -> {
            if (fault != null) {
                return SaslStep.refused(claimed, CredentialResult.unavailable("who may act as whom could not be asked: " + name(fault)));
            }
            return allowed ? SaslStep.success(other.get(), accepted) : SaslStep.identityRefused(claimed, accepted);
        });
    }

    private CompletionStage<Boolean> mayActAs(String user, String other, Origin origin) {
        try {
            return delegations.mayActAs(user, other, origin);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The class of a fault, without what wraps it: its message may hold anything. */
    static String name(Throwable fault) {
        return (fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault).getClass().getName();
    }
}
