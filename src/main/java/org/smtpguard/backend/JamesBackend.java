package org.smtpguard.backend;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.LocalUsers;
import org.smtpguard.credential.Workers;

/**
 * James' own users, by the passwords by which they read their mail ({@code docs/backends/james.md}).
 *
 * <p>Threads: James' repository is asked, and waited for, on the pool for calls that wait; the answer is completed there.
 */
public final class JamesBackend implements CredentialBackend {
    private static final Duration TIME_LIMIT = Duration.ofSeconds(10);

    private final BackendSettings settings;
    private final Workers workers;
    private final LocalUsers users;

    /** @param settings nothing beside what stands on every backend */
    public JamesBackend(BackendSettings settings, Workers workers, LocalUsers users) {
        this.settings = settings.only();
        this.workers = workers;
        this.users = users;
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public Duration timeLimit() {
        return settings.timeout(TIME_LIMIT);
    }

    @Override
    public CompletionStage<CredentialResult> verify(Credentials credentials) {
        if (credentials.password().isEmpty()) {
            // Whoever is meant, known or not: a repository that stands upon a directory would bind anonymously.
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        return Calls.on(workers.blocking(), () -> users.verify(credentials.username(), credentials.password()));
    }

    @Override
    public CompletionStage<Optional<String>> check() {
        return Calls.on(workers.blocking(), () -> {
            users.probe();
            return CredentialResult.unknown();
        }).thenApply(result -> result.kind() == CredentialResult.Kind.UNAVAILABLE
            ? Optional.of("James' users repository cannot be asked: " + result.reason())
            : Optional.empty());
    }

    @Override
    public String toString() {
        return "JamesBackend " + name();
    }
}
