package org.smtpguard.sasl;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Origin;

/**
 * Determines the user after the credentials were accepted: normalises names, and checks the authorization identity (RFC 4422 §2). The same
 * for all mechanisms. Thread-safe.
 */
public final class Identities {
    /** Normalises a user name as the server does; empty if it is not a valid user name. */
    public interface Normaliser {
        Optional<String> normalise(String name);
    }

    /** Checks whether a user may act as another one. Both names are normalised and different. May complete on any thread. */
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
     * The last step of an exchange after the credentials were accepted; never called before, so that it reveals nothing without
     * credentials. If {@link Delegations} fails, or the backend returns an invalid user name, the result is UNAVAILABLE, not REFUSED.
     *
     * @param origin the origin of the request
     * @param authorization the requested authorization identity; empty for none
     * @param claimed the normalised name that the client authenticated with
     * @param accepted the backend's result, with the user's name according to the backend
     */
    CompletionStage<SaslStep> settle(Origin origin, Optional<String> authorization, String claimed, CredentialResult accepted) {
        Optional<String> user = normalise(accepted.username());
        return user.isPresent()
            ? settle(origin, authorization, claimed, user.get(), as(CredentialResult.accepted(user.get()), accepted))
            : SaslStep.refused(claimed, as(CredentialResult.unavailable("it accepted with an invalid user name"), accepted)).now();
    }

    private static CredentialResult as(CredentialResult result, CredentialResult of) {
        CredentialResult scoped = result.isAccepted() ? of.scope().map(result::within).orElse(result) : result;
        return of.backend().map(scoped::by).orElse(scoped);
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
        return mayActAs(user, other.get(), origin).handle((allowed, failure) -> {
            if (failure != null) {
                return SaslStep.refused(claimed, CredentialResult.unavailable("delegation could not be checked: " + className(failure)));
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

    /** The class name of an exception, unwrapped. Its message may contain a secret. */
    static String className(Throwable failure) {
        return (failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure).getClass().getName();
    }
}
